/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/provider.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <weir/weir.h>

#include "plugins/gst/caps.h"

/* ---- a camera ---- */

G_DECLARE_FINAL_TYPE(WeirDevice, weir_camera, WEIR, CAMERA, GstDevice)

struct _WeirDevice {
	GstDevice parent;
	char *uri;
};

G_DEFINE_TYPE(WeirDevice, weir_camera, GST_TYPE_DEVICE)

static GstElement *create_element(GstDevice *device, const gchar *name)
{
	GstElement *element = gst_element_factory_make("weirsrc", name);

	if (element)
		g_object_set(element, "device", WEIR_CAMERA(device)->uri, NULL);
	return element;
}

static gboolean reconfigure_element(GstDevice *device, GstElement *element)
{
	GstElementFactory *factory = gst_element_get_factory(element);

	if (!factory || g_strcmp0(GST_OBJECT_NAME(factory), "weirsrc") ||
		GST_STATE(element) > GST_STATE_READY)
		return FALSE;
	g_object_set(element, "device", WEIR_CAMERA(device)->uri, NULL);
	return TRUE;
}

static void finalize_camera(GObject *object)
{
	g_free(WEIR_CAMERA(object)->uri);
	G_OBJECT_CLASS(weir_camera_parent_class)->finalize(object);
}

static void weir_camera_init(WeirDevice *self)
{
	(void)self;
}

static void weir_camera_class_init(WeirDeviceClass *class)
{
	G_OBJECT_CLASS(class)->finalize = finalize_camera;
	GST_DEVICE_CLASS(class)->create_element = create_element;
	GST_DEVICE_CLASS(class)->reconfigure_element = reconfigure_element;
}

/* What it comes in; anything, where it cannot be asked now. */
static GstCaps *examine(const char *uri)
{
	const struct weir_log silent = { .level = WEIR_LOG_SILENT };
	const struct weir_source_settings settings = { .log = &silent };
	const struct weir_source_info *info;
	struct weir_source *source = NULL;
	GstCaps *caps = NULL;

	if (!weir_source_open(uri, &settings, &source) && !weir_source_describe(source, &info))
		caps = weir_gst_caps_of_source(info, weir_source_video(source));
	weir_source_close(&source);
	return caps ? caps : weir_gst_caps_any();
}

/* The names that v4l2src's provider gives these. */
static GstStructure *properties_of(const struct weir_device *device)
{
	const struct weir_device_driver *driver = &device->driver;

	return gst_structure_new("weir-device", "device.api", G_TYPE_STRING, "v4l2", "device.path",
		G_TYPE_STRING, device->uri, "v4l2.device.driver", G_TYPE_STRING, driver->name,
		"v4l2.device.card", G_TYPE_STRING, device->name, "v4l2.device.bus_info",
		G_TYPE_STRING, driver->bus, "v4l2.device.version", G_TYPE_UINT, driver->version,
		"v4l2.device.capabilities", G_TYPE_UINT, driver->capabilities,
		"v4l2.device.device_caps", G_TYPE_UINT, driver->node_capabilities, NULL);
}

static GstDevice *camera_of(const struct weir_device *device)
{
	GstStructure *properties = properties_of(device);
	GstCaps *caps = examine(device->uri);
	WeirDevice *camera = g_object_new(weir_camera_get_type(), "display-name", device->name,
		"caps", caps, "device-class", "Video/Source", "properties", properties, NULL);

	camera->uri = g_strdup(device->uri);
	gst_structure_free(properties);
	gst_caps_unref(caps);
	return GST_DEVICE(camera);
}

/* One that others use is there all the same. */
static gboolean is_camera(const struct weir_device *device)
{
	return device->kind == WEIR_DEVICE_CAMERA && device->driver.name[0];
}

static gboolean is_as_told(GstDevice *camera, const struct weir_device *device)
{
	GstStructure *told = gst_device_get_properties(camera), *now = properties_of(device);
	gboolean same = gst_structure_is_equal(told, now);

	gst_structure_free(told);
	gst_structure_free(now);
	return same;
}

/* ---- all of them ---- */

struct _WeirDeviceProvider {
	GstDeviceProvider parent;
	GThread *thread;
	int stop; /* an eventfd */
};

G_DEFINE_TYPE(WeirDeviceProvider, weir_provider, GST_TYPE_DEVICE_PROVIDER)

static int found(void *data, const struct weir_device *device)
{
	GList **devices = data;

	if (is_camera(device))
		*devices = g_list_append(*devices, g_object_ref_sink(camera_of(device)));
	return 0;
}

static GList *probe(GstDeviceProvider *provider)
{
	GList *devices = NULL;

	(void)provider;
	weir_device_list(found, &devices);
	return devices;
}

static GstDevice *known(GstDeviceProvider *provider, const char *uri)
{
	GstDevice *device = NULL;

	GST_OBJECT_LOCK(provider);
	for (GList *item = provider->devices; item && !device; item = item->next)
		if (!g_strcmp0(WEIR_CAMERA(item->data)->uri, uri))
			device = gst_object_ref(item->data);
	GST_OBJECT_UNLOCK(provider);
	return device;
}

static int changed(void *data, bool added, const struct weir_device *device)
{
	GstDeviceProvider *provider = data;
	GstDevice *camera;

	if (!is_camera(device))
		return 0;
	camera = known(provider, device->uri);
	if (added && !camera)
		gst_device_provider_device_add(provider, camera_of(device));
	else if (added && !is_as_told(camera, device))
		gst_device_provider_device_changed(provider, camera_of(device), camera);
	else if (!added && camera)
		gst_device_provider_device_remove(provider, camera);
	if (camera)
		gst_object_unref(camera);
	return 0;
}

static gpointer watch(gpointer data)
{
	WeirDeviceProvider *self = data;

	weir_device_watch(self->stop, changed, self);
	return NULL;
}

static gboolean start(GstDeviceProvider *provider)
{
	WeirDeviceProvider *self = WEIR_PROVIDER(provider);
	GList *devices;

	self->stop = eventfd(0, EFD_CLOEXEC);
	if (self->stop < 0)
		return FALSE;
	/* Those that are there are known when this returns; the watch tells of them once more. */
	devices = probe(provider);
	for (GList *item = devices; item; item = item->next)
		gst_device_provider_device_add(provider, item->data);
	g_list_free_full(devices, gst_object_unref);
	self->thread = g_thread_new("weir-devices", watch, self);
	return TRUE;
}

static void stop(GstDeviceProvider *provider)
{
	WeirDeviceProvider *self = WEIR_PROVIDER(provider);

	if (!self->thread)
		return;
	eventfd_write(self->stop, 1);
	g_thread_join(self->thread);
	self->thread = NULL;
	close(self->stop);
	self->stop = -1;
}

static void weir_provider_init(WeirDeviceProvider *self)
{
	self->stop = -1;
}

static void weir_provider_class_init(WeirDeviceProviderClass *class)
{
	GstDeviceProviderClass *provider = GST_DEVICE_PROVIDER_CLASS(class);

	provider->probe = probe;
	provider->start = start;
	provider->stop = stop;
	gst_device_provider_class_set_static_metadata(provider, "Cameras as weir sees them",
		"Source/Video", "Lists cameras and tells when they come and go",
		"The weir authors");
}
