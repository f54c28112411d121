/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A camera for everybody who asks, by RTSP: GStreamer's server, encoder and protocol behind
 *weirsrc. Players open rtsp://HOST:8554/camera; all of them share one capture, which begins with
 *the first and ends with the last.
 *
 *	cc 06-rtsp-server.c $(pkg-config --cflags --libs gstreamer-rtsp-server-1.0)
 *	./a.out /dev/video0        (or any other source of weir's; none: the first camera)
 */
#include <stdio.h>

#include <gst/rtsp-server/rtsp-server.h>

/* JPEG, which every GStreamer has an encoder for. Where there is one for H.264, put it here:
 * "openh264enc ! h264parse ! rtph264pay name=pay0", or the camera's own "v4l2h264enc". */
#define ENCODER "videoconvert ! jpegenc ! rtpjpegpay name=pay0"

/* What was set on the command line goes to the element as it is, whatever characters it has. */
static void on_configure(GstRTSPMediaFactory *factory, GstRTSPMedia *media, gpointer uri)
{
	GstElement *bin = gst_rtsp_media_get_element(media);
	GstElement *camera = gst_bin_get_by_name(GST_BIN(bin), "camera");

	g_object_set(camera, "uri", uri, NULL);
	gst_object_unref(camera);
	gst_object_unref(bin);
}

int main(int argc, char **argv)
{
	GstRTSPMediaFactory *factory;
	GstRTSPMountPoints *mounts;
	GstRTSPServer *server;
	GMainLoop *loop;

	gst_init(&argc, &argv);
	loop = g_main_loop_new(NULL, FALSE);
	server = gst_rtsp_server_new();
	factory = gst_rtsp_media_factory_new();
	gst_rtsp_media_factory_set_launch(factory, "( weirsrc name=camera ! " ENCODER " )");
	gst_rtsp_media_factory_set_shared(factory, TRUE);
	g_signal_connect(
		factory, "media-configure", G_CALLBACK(on_configure), argc > 1 ? argv[1] : NULL);
	mounts = gst_rtsp_server_get_mount_points(server);
	gst_rtsp_mount_points_add_factory(mounts, "/camera", factory);
	g_object_unref(mounts);
	if (!gst_rtsp_server_attach(server, NULL)) {
		fprintf(stderr, "port 8554 is taken\n");
		return 1;
	}
	printf("rtsp://127.0.0.1:8554/camera\n");
	fflush(stdout);
	g_main_loop_run(loop);
	return 0;
}
