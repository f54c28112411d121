/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/camera.h"

#include <errno.h>

#include <weir/format.h>

void camera_init(struct camera *camera, const struct camera_format *formats)
{
	memset(camera, 0, sizeof(*camera));
	captured_init(&camera->log);
	camera->device.log = &camera->log.log;
	camera->device.fd = -1;
	camera->device.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	strcpy(camera->device.path, "/dev/video9");
	camera->formats = formats;
	camera->now.type = camera->device.type;
	camera->now.fmt.pix.width = 640;
	camera->now.fmt.pix.height = 480;
	camera->now.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
	camera->rate = 30;
	camera->field = V4L2_FIELD_NONE;
	camera->colorspace = V4L2_COLORSPACE_SRGB;
}

void camera_make_mplane(struct camera *camera)
{
	camera->device.type = camera->now.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	camera->now.fmt.pix_mp.num_planes = 1;
}

void camera_said(struct camera *camera, const char *words)
{
	if (!strstr(camera->log.line, words))
		fail_msg("\"%s\" does not say \"%s\"", camera->log.line, words);
	camera->log.line[0] = '\0';
	camera->log.lines = 0;
}

void camera_said_nothing(struct camera *camera)
{
	assert_string_equal(camera->log.line, "");
}

/* ---- formats ---- */

static const struct camera_format *find_format(const struct camera *camera, uint32_t code)
{
	for (const struct camera_format *format = camera->formats; format->code; format++)
		if (format->code == code)
			return format;
	return camera->formats;
}

static uint32_t apart(uint32_t a, uint32_t b)
{
	return a > b ? a - b : b - a;
}

static unsigned find_size(const struct camera_format *format, uint32_t width, uint32_t height)
{
	unsigned best = 0;

	for (unsigned i = 1; i < 4 && format->sizes[i].width; i++)
		if (apart(format->sizes[i].width, width) + apart(format->sizes[i].height, height) <
			apart(format->sizes[best].width, width) +
				apart(format->sizes[best].height, height))
			best = i;
	return best;
}

static uint32_t stride_for(const struct camera *camera, const struct weir_format *row,
	unsigned plane, uint32_t width, uint32_t wanted)
{
	uint32_t line = row ? (uint32_t)weir_format_line_bytes(row, plane, width) : 2 * width;
	uint32_t step = camera->stride_step ? camera->stride_step : 1;

	if (wanted < line)
		wanted = line;
	return (wanted + step - 1) / step * step;
}

static void fill_single(
	const struct camera *camera, const struct weir_format *row, struct v4l2_pix_format *pix)
{
	struct weir_layout layout;
	struct weir_video video = { .format = row, .width = pix->width, .height = pix->height };

	pix->field = camera->field;
	pix->colorspace = camera->colorspace;
	pix->ycbcr_enc = camera->encoding;
	pix->quantization = camera->quantization;
	pix->xfer_func = camera->transfer;
	pix->sizeimage = pix->width * pix->height;
	if (row && !(row->flags & WEIR_FORMAT_COMPRESSED)) {
		pix->bytesperline = video.stride =
			stride_for(camera, row, 0, pix->width, pix->bytesperline);
		assert_int_equal(weir_format_layout(&video, &layout), 0);
		pix->sizeimage = (uint32_t)layout.size;
	} else {
		pix->bytesperline = 0;
	}
	if (camera->shrinks_image)
		pix->sizeimage -= 1;
	if (camera->no_image)
		pix->sizeimage = 0;
	if (camera->no_stride)
		pix->bytesperline = 0;
}

static void fill_mplane(const struct camera *camera, const struct weir_format *row,
	struct v4l2_pix_format_mplane *mp)
{
	bool split = row && mp->pixelformat == row->v4l2_mplane;
	struct v4l2_pix_format whole = { .width = mp->width, .height = mp->height };

	mp->field = (uint8_t)camera->field;
	mp->colorspace = camera->colorspace;
	mp->num_planes = split ? row->n_planes : 1;
	if (camera->merges)
		mp->num_planes = (uint8_t)camera->merges;
	whole.bytesperline = mp->plane_fmt[0].bytesperline;
	fill_single(camera, row, &whole);
	mp->plane_fmt[0].bytesperline = whole.bytesperline;
	mp->plane_fmt[0].sizeimage = whole.sizeimage;
	for (unsigned i = 0; split && i < row->n_planes; i++) {
		struct v4l2_plane_pix_format *plane = &mp->plane_fmt[i];

		plane->bytesperline = stride_for(camera, row, i, mp->width, plane->bytesperline);
		plane->sizeimage = plane->bytesperline * (mp->height / row->plane[i].block_height) -
				   camera->shrinks_image;
	}
}

static void answer(const struct camera *camera, struct v4l2_format *raw)
{
	const struct camera_format *format = find_format(camera, raw->fmt.pix.pixelformat);
	unsigned i = find_size(format, raw->fmt.pix.width, raw->fmt.pix.height);
	const struct weir_format *row = weir_format_by_v4l2(format->code);

	raw->fmt.pix.pixelformat = format->code;
	raw->fmt.pix.width = format->sizes[i].width;
	raw->fmt.pix.height = format->sizes[i].height;
	if (V4L2_TYPE_IS_MULTIPLANAR(raw->type))
		fill_mplane(camera, row, &raw->fmt.pix_mp);
	else
		fill_single(camera, row, &raw->fmt.pix);
}

static int set_format(struct camera *camera, struct v4l2_format *raw)
{
	camera->n_set++;
	if (camera->fails_set)
		return camera->fails_set;
	answer(camera, raw);
	if (camera->lies_in_try && camera->n_set == 1) {
		raw->fmt.pix.width = 320;
		raw->fmt.pix.height = 240;
	}
	camera->now = *raw;
	return 0;
}

static int try_format(struct camera *camera, struct v4l2_format *raw)
{
	if (camera->lacks_try)
		return -ENOTTY;
	answer(camera, raw);
	return 0;
}

static int enum_format(const struct camera *camera, struct v4l2_fmtdesc *entry)
{
	for (uint32_t i = 0; i <= entry->index; i++)
		if (!camera->formats[i].code)
			return camera->runs_on ? 0 : -EINVAL;
	entry->pixelformat = camera->formats[entry->index].code;
	return 0;
}

static int enum_size(const struct camera *camera, struct v4l2_frmsizeenum *entry)
{
	const struct camera_format *format = find_format(camera, entry->pixel_format);

	if (entry->index >= 4 || !format->sizes[entry->index].width)
		return -EINVAL;
	entry->type = V4L2_FRMSIZE_TYPE_DISCRETE;
	entry->discrete.width = format->sizes[entry->index].width;
	entry->discrete.height = format->sizes[entry->index].height;
	return 0;
}

/* ---- rates ---- */

static int enum_interval(const struct camera *camera, struct v4l2_frmivalenum *entry)
{
	const struct camera_format *format = find_format(camera, entry->pixel_format);
	const uint32_t *rates = format->sizes[find_size(format, entry->width, entry->height)].rates;

	if (camera->fastest) {
		entry->type = V4L2_FRMIVAL_TYPE_CONTINUOUS;
		entry->stepwise.min = (struct v4l2_fract){ 1, camera->fastest };
		entry->stepwise.max = (struct v4l2_fract){ 1, camera->slowest };
		return 0; /* whatever index: some drivers do that */
	}
	if (entry->index >= 4 || !rates[entry->index])
		return -EINVAL;
	entry->type = V4L2_FRMIVAL_TYPE_DISCRETE;
	entry->discrete = (struct v4l2_fract){ 1, rates[entry->index] };
	return 0;
}

static int parm(struct camera *camera, struct v4l2_streamparm *parm, bool set)
{
	struct v4l2_fract *interval = &parm->parm.capture.timeperframe;

	if (camera->lacks_parm)
		return -ENOTTY;
	if (set) {
		camera->n_rate_set++;
		assert_true(interval->numerator > 0);
		if (!camera->keeps_rate)
			camera->rate = interval->denominator / interval->numerator;
	}
	parm->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
	*interval = (struct v4l2_fract){ camera->rate ? 1 : 0, camera->rate };
	return 0;
}

/* ---- inputs ---- */

static int enum_input(const struct camera *camera, struct v4l2_input *input)
{
	if (input->index >= CAMERA_MAX || !camera->inputs[input->index])
		return -EINVAL;
	strcpy((char *)input->name, camera->inputs[input->index]);
	input->capabilities = camera->pixelclock ? V4L2_IN_CAP_DV_TIMINGS : 0;
	return 0;
}

static int timings(struct camera *camera, struct v4l2_dv_timings *timings, bool query)
{
	if (!camera->pixelclock)
		return -ENODATA;
	if (query && camera->signal_error)
		return camera->signal_error;
	timings->bt.width = 1000;
	timings->bt.height = 500;
	timings->bt.pixelclock = query || camera->n_timings_set ? camera->pixelclock : 1;
	return 0;
}

/* ---- controls ---- */

static struct camera_control *find_control(const struct camera *camera, uint32_t id)
{
	struct camera_control *control = camera->controls;

	while (control && control->query.id && control->query.id != id)
		control++;
	return control && control->query.id ? control : NULL;
}

static int query_control(const struct camera *camera, struct v4l2_query_ext_ctrl *query)
{
	uint32_t id = query->id & V4L2_CTRL_ID_MASK;
	const struct camera_control *control = camera->controls;

	assert_true(query->id & V4L2_CTRL_FLAG_NEXT_CTRL);
	while (control && control->query.id && control->query.id <= id)
		control++;
	if (!control || !control->query.id) {
		if (!camera->runs_on)
			return -EINVAL;
		control = camera->controls;
	}
	*query = control->query;
	return 0;
}

static int query_menu(const struct camera *camera, struct v4l2_querymenu *menu)
{
	const struct camera_control *control = find_control(camera, menu->id);

	if (menu->index > 5)
		return -EINVAL;
	if (control->query.type == V4L2_CTRL_TYPE_INTEGER_MENU) {
		menu->value = control->numbers[menu->index];
		return 0;
	}
	if (!control->items[menu->index])
		return -EINVAL;
	strcpy((char *)menu->name, control->items[menu->index]);
	return 0;
}

static int access_control(const struct camera *camera, struct v4l2_ext_controls *request, bool set)
{
	struct v4l2_ext_control *value = request->controls;
	struct camera_control *control = find_control(camera, value->id);
	const struct v4l2_query_ext_ctrl *query = &control->query;

	assert_int_equal(request->count, 1);
	if (query->type == V4L2_CTRL_TYPE_STRING) {
		if (set)
			strcpy(control->text, value->string);
		else
			strcpy(value->string, control->text);
		return 0;
	}
	if (set)
		control->value =
			query->type == V4L2_CTRL_TYPE_INTEGER64 ? value->value64 : value->value;
	if (set && query->type == V4L2_CTRL_TYPE_INTEGER && query->step)
		control->value -= (control->value - query->minimum) % (int64_t)query->step;
	if (query->type == V4L2_CTRL_TYPE_INTEGER64)
		value->value64 = control->value;
	else
		value->value = (int32_t)control->value;
	return 0;
}

int __wrap_weir_v4l2_ioctl(struct weir_v4l2_device *device, unsigned long request, void *arg)
{
	struct camera *camera = (struct camera *)device;

	switch (request) {
	case VIDIOC_G_FMT:
		*(struct v4l2_format *)arg = camera->now;
		return 0;
	case VIDIOC_TRY_FMT:
		return try_format(camera, arg);
	case VIDIOC_S_FMT:
		return set_format(camera, arg);
	case VIDIOC_ENUM_FMT:
		return enum_format(camera, arg);
	case VIDIOC_ENUM_FRAMESIZES:
		return enum_size(camera, arg);
	case VIDIOC_ENUM_FRAMEINTERVALS:
		return enum_interval(camera, arg);
	case VIDIOC_G_PARM:
	case VIDIOC_S_PARM:
		return parm(camera, arg, request == VIDIOC_S_PARM);
	case VIDIOC_ENUMINPUT:
		return enum_input(camera, arg);
	case VIDIOC_G_INPUT:
		*(int *)arg = camera->input;
		return camera->inputs[0] ? 0 : -ENOTTY;
	case VIDIOC_S_INPUT:
		camera->input = *(int *)arg;
		return 0;
	case VIDIOC_QUERY_DV_TIMINGS:
	case VIDIOC_G_DV_TIMINGS:
		return timings(camera, arg, request == VIDIOC_QUERY_DV_TIMINGS);
	case VIDIOC_S_DV_TIMINGS:
		camera->n_timings_set++;
		return 0;
	case VIDIOC_QUERY_EXT_CTRL:
		return query_control(camera, arg);
	case VIDIOC_QUERYMENU:
		return query_menu(camera, arg);
	case VIDIOC_G_EXT_CTRLS:
	case VIDIOC_S_EXT_CTRLS:
		return access_control(camera, arg, request == VIDIOC_S_EXT_CTRLS);
	}
	return -ENOTTY;
}
