/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "tests/fake/plan_scene.h"

/* clang-format off */

/* ---- cameras ---- */

/* vb2-vmalloc, as UVC cameras and vivid. */
#define WEBCAM(w, h)                                                                               \
	.path = "/dev/video0", .width = w, .height = h, .fps = 30, .own = SCATTERED_MEMORY,        \
	.imports = SCATTERED_MEMORY

/* The same where lines may be any distance apart, as vivid's. */
#define STUDIO                                                                                     \
	.camera = { WEBCAM(1920, 1080), .stride_step = 1,                                          \
		.formats = { { "YUYV", 0 }, { "UYVY", 0 } } }

/* vb2-dma-contig, without an IOMMU and with one. */
#define CONTIGUOUS_CAMERA                                                                          \
	.path = "/dev/video2", .width = 1920, .height = 1080, .fps = 30, .own = CONTIGUOUS_MEMORY
#define SOC_CAMERA   CONTIGUOUS_CAMERA, .imports = CONTIGUOUS_MEMORY
#define IOMMU_CAMERA CONTIGUOUS_CAMERA, .imports = SCATTERED_MEMORY

/* v4l2loopback: neither exports nor imports. */
#define LOOPBACK                                                                                   \
	.path = "/dev/video9", .width = 1280, .height = 720, .fps = 30, .own = SCATTERED_MEMORY,   \
	.keeps = true

/* ---- sinks ---- */

#define HDMI(...)    { .kind = DISPLAY, .uri = "display:HDMI-A-1", .formats = { __VA_ARGS__ } }
#define LCD(...)     { .kind = DISPLAY, .uri = "display:DSI-1", .contiguous = true,                \
		.formats = { __VA_ARGS__ } }
#define OWN(pitch)   { .kind = DISPLAY, .uri = "display:HDMI-A-1", .own = pitch,                   \
		.formats = { "XR24", "NV12", "UYVY" } }
#define VIRTUAL      { .kind = DISPLAY, .uri = "display:Virtual-1", .own = 1,                      \
		.imports_none = true, .formats = { "XR24" } }
#define RTP          { .kind = NETWORK, .uri = "rtp://192.0.2.7:5004",                             \
		.formats = { "UYVY", "RGB24" } }
#define HTTP         { .kind = NETWORK, .uri = "http://0.0.0.0:8080", .image = true,               \
		.formats = { "MJPEG" } }
#define RECORDING    { .kind = DISK, .uri = "take1.mkv" }

const struct scene plan_scenes[] = {

	/* ---- a desktop ---- */

	{ "webcam_display", "A webcam and a screen that takes its format.",
		.camera = { WEBCAM(1280, 720), .formats = { { "YUYV", 0 }, { "MJPEG", 0 } } },
		.sinks = { HDMI("XR24", "YUYV") },
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 0 },

	{ "webcam_mjpeg_display", "A webcam whose MJPEG is the only fast one, and an HDMI screen.",
		.camera = { WEBCAM(1920, 1080), .formats = { { "MJPEG", 0 }, { "YUYV", 5 } } },
		.sinks = { HDMI("XR24", "RGB565") },
		.chosen_memory = "slab", .chosen_format = "MJPEG",
		.copied = 1920 * 1080 * 2 + 1920 * 1080 * 4 },

	{ "webcam_slow_yuyv", "As before, and the screen takes YUYV, which comes at 10 fps only.",
		.camera = { WEBCAM(1280, 720), .formats = { { "MJPEG", 0 }, { "YUYV", 10 } } },
		.sinks = { HDMI("XR24", "YUYV") },
		.chosen_memory = "slab", .chosen_format = "MJPEG",
		.copied = 1280 * 720 * 2 * 2 },

	{ "webcam_fast_yuyv", "As before, and YUYV comes as fast as MJPEG.",
		.camera = { WEBCAM(1280, 720), .formats = { { "MJPEG", 0 }, { "YUYV", 0 } } },
		.sinks = { HDMI("XR24", "YUYV") },
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 0 },

	{ "webcam_yuyv_for_xr24", "Of MJPEG and YUYV, both as fast, the screen takes neither.",
		.camera = { WEBCAM(1280, 720), .formats = { { "MJPEG", 0 }, { "YUYV", 0 } } },
		.sinks = { HDMI("XR24") },
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 1280 * 720 * 4 },

	{ "webcam_slow_zero_copy", "YUYV comes at 10 fps only, and copies are not allowed.",
		.camera = { WEBCAM(1280, 720), .formats = { { "MJPEG", 0 }, { "YUYV", 10 } } },
		.sinks = { HDMI("XR24", "YUYV") }, .require_zero_copy = true,
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 0 },

	{ "webcam_program", "A webcam and a program that looks at frames.",
		.camera = { WEBCAM(1280, 720), .formats = { { "YUYV", 0 }, { "MJPEG", 0 } } },
		.other_sinks = { "callback" },
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 0 },

	{ "display_only_xr24", "A screen that only takes XR24, and a camera that has none.",
		.camera = { WEBCAM(1920, 1080),
			.formats = { { "YUYV", 0 }, { "UYVY", 0 }, { "NV12", 0 }, { "GREY", 0 } } },
		.sinks = { HDMI("XR24") },
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 1920 * 1080 * 4 },

	{ "display_only_xr24_camera_too", "A screen that only takes XR24, which the camera has.",
		.camera = { WEBCAM(1920, 1080),
			.formats = { { "YUYV", 0 }, { "NV12", 0 }, { "RGB565", 0 },
				{ "XR24", 0 } } },
		.sinks = { HDMI("XR24") },
		.chosen_memory = "slab", .chosen_format = "XR24", .copied = 0 },

	{ "display_many_formats", "A camera of ten formats, of which the screen takes the last.",
		.camera = { WEBCAM(1280, 720),
			.formats = { { "YUYV", 0 }, { "UYVY", 0 }, { "YVYU", 0 }, { "VYUY", 0 },
				{ "NV12", 0 }, { "NV21", 0 }, { "NV16", 0 }, { "YUV420", 0 },
				{ "GREY", 0 }, { "BGR24", 0 } } },
		.sinks = { HDMI("BGR24") },
		.chosen_memory = "slab", .chosen_format = "BGR24", .copied = 0 },

	{ "display_grey_or_xr24", "What the screen and the camera share has no colours.",
		.camera = { WEBCAM(1280, 720), .formats = { { "YUYV", 0 }, { "GREY", 0 } } },
		.sinks = { HDMI("GREY", "XR24") },
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 1280 * 720 * 4 },

	{ "display_coarse_zero_copy", "What both share has few colours, and copies are not allowed.",
		.camera = { WEBCAM(1280, 720), .formats = { { "YUYV", 0 }, { "RGB565", 0 } } },
		.sinks = { HDMI("RGB565", "XR24") }, .require_zero_copy = true,
		.chosen_memory = "slab", .chosen_format = "RGB565", .copied = 0 },

	{ "display_xr24_zero_copy", "A conversion is needed, and copies are not allowed.",
		.camera = { WEBCAM(1280, 720), .formats = { { "YUYV", 0 } } },
		.sinks = { HDMI("XR24") }, .require_zero_copy = true, .error = -EPERM,
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 1280 * 720 * 4 },

	{ "display_pitch", "A screen whose lines begin at multiples of 64, and a camera's that do not.",
		.camera = { WEBCAM(1366, 768), .formats = { { "YUYV", 0 } } },
		.sinks = { { .kind = DISPLAY, .uri = "display:eDP-1", .align = 64,
			.formats = { "YUYV", "UYVY", "XR24" } } },
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 2752 * 768 },

	{ "two_displays_nothing_shared", "Two screens, and no format suits both.",
		.camera = { WEBCAM(1280, 720), .formats = { { "YUYV", 0 }, { "NV12", 0 } } },
		.sinks = { HDMI("XR24"), { .kind = DISPLAY, .uri = "display:DP-1",
				.formats = { "NV12" } } },
		.chosen_memory = "slab", .chosen_format = "NV12", .copied = 1280 * 720 * 4 },

	/* ---- conversions for some of the sinks ---- */

	{ "branch_browser", "A raw camera for the network, in lines as it wants them, and a browser.",
		STUDIO, .sinks = { RTP, HTTP },
		.chosen_memory = "slab", .chosen_format = "UYVY", .chosen_stride = 3860,
		.copied = 1920 * 1080 },

	{ "branch_display_browser", "A screen takes what a raw camera delivers, a browser does not.",
		.camera = { WEBCAM(1280, 720), .formats = { { "YUYV", 0 } } },
		.sinks = { HDMI("YUYV"), HTTP },
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 1280 * 720 },

	{ "branch_mjpeg_display", "A browser takes the MJPEG of a webcam as it is, a screen does not.",
		.camera = { WEBCAM(1280, 720), .formats = { { "MJPEG", 0 } } },
		.sinks = { HTTP, HDMI("YUYV") },
		.chosen_memory = "slab", .chosen_format = "MJPEG", .copied = 1280 * 720 * 4 },

	{ "branch_shared", "Two browsers share one conversion; the disk gets what comes.",
		.camera = { WEBCAM(1280, 720), .formats = { { "NV12", 0 } } },
		.sinks = { HTTP, RECORDING, { .kind = NETWORK, .uri = "http://0.0.0.0:8081",
				.image = true, .formats = { "MJPEG" } } },
		.chosen_memory = "slab", .chosen_format = "NV12", .copied = 1280 * 720 },

	{ "branch_two_ways", "Nobody takes what comes, and no one conversion suits all.",
		.camera = { WEBCAM(1280, 720), .formats = { { "NV12", 0 } } },
		.sinks = { HTTP, HDMI("XR24"), { .kind = DISPLAY, .uri = "display:DP-1",
				.formats = { "XR24", "RGB565" } } },
		.chosen_memory = "slab", .chosen_format = "NV12",
		.copied = 1280 * 720 + 1280 * 720 * 4 },

	{ "branch_few_buffers", "Of few buffers the conversion of a branch gets its share.",
		.camera = { WEBCAM(1280, 720), .formats = { { "YUYV", 0 } } },
		.sinks = { HDMI("YUYV"), HTTP }, .buffers = 4,
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 1280 * 720 },

	{ "branch_after_stages", "What the user asks for is common to all; the rest branches off.",
		.camera = { WEBCAM(1280, 720), .formats = { { "YUYV", 0 } } },
		.stages = { "mask=8x8+0+0", "convert=NV12" }, .sinks = { HDMI("NV12"), HTTP },
		.chosen_memory = "slab", .chosen_format = "YUYV",
		.copied = 1280 * 720 * 3 / 2 + 1280 * 720 },

	{ "branch_refused", "Of three sinks one takes nothing that a conversion makes.",
		.camera = { WEBCAM(1280, 720), .formats = { { "YUYV", 0 } } },
		.sinks = { RECORDING, HTTP, HDMI("P010") },
		.error = -ENOTSUP },

	{ "branch_zero_copy", "A conversion for some of the sinks is one, where none is allowed.",
		STUDIO, .sinks = { RTP, HTTP }, .require_zero_copy = true, .error = -EPERM,
		.chosen_memory = "slab", .chosen_format = "UYVY", .chosen_stride = 3860,
		.copied = 1920 * 1080 },

	/* ---- memory that a display makes ---- */

	{ "scanout_virtual", "A virtual machine, whose screen imports nothing.",
		.camera = { WEBCAM(1280, 720), .formats = { { "YUYV", 0 }, { "XR24", 0 } } },
		.sinks = { VIRTUAL },
		.chosen_memory = "scanout", .chosen_format = "XR24", .copied = 0 },

	{ "scanout_virtual_converts", "As before, and the camera has no XR24.",
		.camera = { WEBCAM(1280, 720), .formats = { { "YUYV", 0 } } }, .sinks = { VIRTUAL },
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 1280 * 720 * 4 },

	{ "scanout_crop", "Of a picture in the screen's own memory no part can be shown.",
		.camera = { WEBCAM(1280, 720), .formats = { { "XR24", 0 } } },
		.stages = { "crop=640x480+16+16" },
		.sinks = { { .kind = DISPLAY, .uri = "display:Virtual-1", .own = 1,
			.imports_none = true, .formats = { "XR24", "RGB24" } } },
		.chosen_memory = "slab", .chosen_format = "XR24", .copied = 640 * 480 * 3 },

	{ "scanout_loopback", "A screen that imports nothing, and a camera that neither imports nor exports.",
		.camera = { LOOPBACK, .formats = { { "YUYV", 0 } } }, .sinks = { VIRTUAL },
		.chosen_memory = "mmap", .chosen_format = "YUYV", .copied = 1280 * 720 * 4 },

	{ "scanout_virtual_disk", "A screen that imports nothing, and a recording, for which it is copied.",
		.camera = { WEBCAM(1280, 720), .formats = { { "XR24", 0 } } },
		.sinks = { VIRTUAL, RECORDING },
		.chosen_memory = "scanout", .chosen_format = "XR24", .copied = 1280 * 720 * 4 },

	{ "scanout_pattern", "The test picture for a screen that imports nothing.",
		.pattern = "pattern:bars?size=1280x720&format=XR24", .sinks = { VIRTUAL },
		.chosen_memory = "scanout", .chosen_format = "XR24", .copied = 0 },

	{ "scanout_not_needed", "A screen that makes memory, and imports any.",
		.camera = { WEBCAM(1280, 720), .formats = { { "XR24", 0 } } }, .sinks = { OWN(1) },
		.chosen_memory = "slab", .chosen_format = "XR24", .copied = 0 },

	{ "scanout_no_better", "As before, on a board: the network copies from either.",
		.camera = { SOC_CAMERA, .formats = { { "UYVY", 0 } } }, .sinks = { OWN(1), RTP },
		.chosen_memory = "mmap", .chosen_format = "UYVY", .copied = 1920 * 1080 * 2 },

	{ "scanout_camera_keeps", "A screen that makes memory, and a camera that does not export its.",
		.machine = { .udmabuf = ENOENT, .heap = ENOENT },
		.camera = { SOC_CAMERA, .keeps = true, .formats = { { "NV12", 0 } } },
		.sinks = { OWN(1) },
		.chosen_memory = "scanout", .chosen_format = "NV12", .copied = 0 },

	{ "scanout_pitch", "The screen's own lines are multiples of 64 apart, and the camera obeys.",
		.camera = { WEBCAM(1366, 768), .stride_step = 1, .formats = { { "XR24", 0 } } },
		.sinks = { { .kind = DISPLAY, .uri = "display:Virtual-1", .own = 64,
			.imports_none = true, .formats = { "XR24" } } },
		.chosen_memory = "scanout", .chosen_format = "XR24", .chosen_stride = 5504,
		.copied = 0 },

	{ "scanout_pitch_refused", "As before, and the camera's lines are always tight.",
		.camera = { WEBCAM(1366, 768), .formats = { { "XR24", 0 } } },
		.sinks = { { .kind = DISPLAY, .uri = "display:Virtual-1", .own = 64,
			.imports_none = true, .formats = { "XR24" } } },
		.memory = "scanout", .error = -ENOTSUP },

	{ "scanout_of_the_second", "Two screens: one imports nothing, the other all there is.",
		.camera = { WEBCAM(1280, 720), .formats = { { "XR24", 0 } } },
		.sinks = { OWN(1), VIRTUAL },
		.chosen_memory = "scanout", .chosen_format = "XR24", .copied = 0 },

	{ "scanout_two_strangers", "Two screens, and neither imports what the other makes.",
		.camera = { WEBCAM(1280, 720), .formats = { { "XR24", 0 } } },
		.sinks = { VIRTUAL, { .kind = DISPLAY, .uri = "display:Virtual-2", .own = 1,
			.imports_none = true, .formats = { "XR24" } } },
		.error = -ENOTSUP },

	{ "scanout_asked_for", "The user wants it, and the disk pays.",
		.camera = { WEBCAM(1280, 720), .formats = { { "XR24", 0 } } },
		.sinks = { OWN(1), RECORDING }, .memory = "scanout",
		.chosen_memory = "scanout", .chosen_format = "XR24", .copied = 1280 * 720 * 4 },

	{ "scanout_no_display", "The user wants it, and nothing is shown.",
		.camera = { WEBCAM(1280, 720), .formats = { { "YUYV", 0 } } },
		.sinks = { RECORDING }, .memory = "scanout", .error = -ENOTSUP },

	/* ---- a studio: network, disk and display at once ---- */

	{ "display_network_disk", "One memory for a screen, the network and the disk.", STUDIO,
		.sinks = { HDMI("UYVY", "XR24"), RTP, RECORDING },
		.chosen_memory = "slab", .chosen_format = "UYVY", .chosen_stride = 3860,
		.copied = 0 },

	{ "display_network_aligned", "As before; the screen wants lines a multiple of 64 bytes apart.",
		STUDIO,
		.sinks = { { .kind = DISPLAY, .uri = "display:HDMI-A-1", .formats = { "UYVY" },
				   .align = 64 }, RTP },
		.chosen_memory = "slab", .chosen_format = "UYVY", .chosen_stride = 3904,
		.copied = 0 },

	{ "no_udmabuf", "As before, without /dev/udmabuf.", STUDIO, .machine = { .udmabuf = ENOENT },
		.sinks = { HDMI("UYVY", "XR24"), RTP, RECORDING },
		.chosen_memory = "mmap", .chosen_format = "UYVY", .chosen_stride = 3860,
		.copied = 3840 },

	{ "no_permission", "As before; neither /dev/udmabuf nor a heap may be opened.", STUDIO,
		.machine = { .udmabuf = EACCES, .heap = EACCES },
		.sinks = { HDMI("UYVY", "XR24"), RECORDING },
		.chosen_memory = "mmap", .chosen_format = "UYVY", .copied = 0 },

	{ "memlock_8_mib", "More frames than a login may lock.", STUDIO,
		.machine = { .memlock_kib = 8192 }, .sinks = { RECORDING }, .stages = { "pass" },
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 0 },

	{ "network_user_format", "The user insists on a format that the network does not take.",
		.camera = { WEBCAM(1920, 1080), .wanted = "YUYV", .stride_step = 1,
			.formats = { { "YUYV", 0 }, { "UYVY", 0 } } },
		.sinks = { RTP },
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 3860 * 1080 },

	{ "network_isp_stride", "An ISP that puts lines multiples of 128 bytes apart.",
		.camera = { WEBCAM(1920, 1080), .stride_step = 128,
			.formats = { { "UYVY", 0 } } },
		.sinks = { RTP },
		.chosen_memory = "slab", .chosen_format = "UYVY", .chosen_stride = 3968,
		.copied = 0 },

	{ "network_fixed_stride", "A camera whose lines are always tight.",
		.camera = { WEBCAM(1920, 1080), .formats = { { "UYVY", 0 } } },
		.sinks = { RTP },
		.chosen_memory = "slab", .chosen_format = "UYVY", .copied = 3840 * 1080 },

	{ "network_encodes", "Browsers want MJPEG, which the camera does not make.",
		.camera = { WEBCAM(1280, 720), .formats = { { "YUYV", 0 } } }, .sinks = { HTTP },
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 1280 * 720 },

	{ "network_camera_encodes", "Browsers want MJPEG, which the camera makes too.",
		.camera = { WEBCAM(1280, 720), .formats = { { "YUYV", 0 }, { "MJPEG", 0 } } },
		.sinks = { HTTP },
		.chosen_memory = "slab", .chosen_format = "MJPEG", .copied = 0 },

	/* ---- a board ---- */

	{ "soc_display", "A camera and a screen that take only contiguous memory.",
		.camera = { SOC_CAMERA, .formats = { { "NV12", 0 }, { "YUYV", 0 } } },
		.sinks = { LCD("XR24", "NV12") },
		.chosen_memory = "mmap", .chosen_format = "NV12", .copied = 0 },

	{ "soc_planes_apart", "As before, with a buffer for each plane.",
		.camera = { SOC_CAMERA, .apart = true, .formats = { { "NV12", 0 } } },
		.sinks = { LCD("XR24", "NV12") },
		.chosen_memory = "mmap", .chosen_format = "NV12", .copied = 0 },

	{ "soc_network", "Contiguous memory cannot be pinned: the kernel copies what is sent.",
		.camera = { SOC_CAMERA, .formats = { { "NV12", 0 }, { "UYVY", 0 } } },
		.sinks = { LCD("UYVY", "NV12"), RTP },
		.chosen_memory = "mmap", .chosen_format = "UYVY", .copied = 1920 * 1080 * 2 },

	{ "soc_network_zero_copy", "As before, and copies are not allowed.",
		.camera = { SOC_CAMERA, .formats = { { "UYVY", 0 } } },
		.sinks = { LCD("UYVY"), RTP }, .require_zero_copy = true, .error = -EPERM,
		.chosen_memory = "mmap", .chosen_format = "UYVY", .copied = 1920 * 1080 * 2 },

	{ "soc_keeps_buffers", "A camera that does not export its buffers, but imports others.",
		.camera = { SOC_CAMERA, .keeps = true, .formats = { { "NV12", 0 } } },
		.sinks = { LCD("NV12") },
		.chosen_memory = "heap", .chosen_format = "NV12", .copied = 0 },

	{ "soc_no_contiguous_heap", "As before, and the only heap is the system's.",
		.machine = { .scattered = true },
		.camera = { SOC_CAMERA, .keeps = true, .formats = { { "NV12", 0 } } },
		.sinks = { LCD("NV12") }, .error = -ENOTSUP },

	{ "iommu_camera", "The camera is behind an IOMMU and the screen is not.",
		.camera = { IOMMU_CAMERA, .formats = { { "YUYV", 0 } } },
		.sinks = { LCD("YUYV"), RECORDING },
		.chosen_memory = "mmap", .chosen_format = "YUYV", .copied = 1920 * 1080 * 2 },

	{ "iommu_both", "Camera and screen are behind IOMMUs.",
		.camera = { IOMMU_CAMERA, .formats = { { "YUYV", 0 } } },
		.sinks = { HDMI("YUYV"), RECORDING },
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 0 },

	{ "soc_xr24_no_udmabuf", "What is converted for a screen must be contiguous, too.",
		.machine = { .udmabuf = ENOENT },
		.camera = { SOC_CAMERA, .formats = { { "YUYV", 0 } } }, .sinks = { LCD("XR24") },
		.chosen_memory = "mmap", .chosen_format = "YUYV", .copied = 1920 * 1080 * 4 },

	/* ---- cameras without dma-bufs ---- */

	{ "loopback_browser", "MJPEG of a camera without dma-bufs, for browsers and the disk.",
		.camera = { LOOPBACK, .formats = { { "MJPEG", 0 } } }, .sinks = { HTTP, RECORDING },
		.chosen_memory = "mmap", .chosen_format = "MJPEG", .copied = 0 },

	{ "loopback_display", "The same for a screen, without /dev/udmabuf.",
		.machine = { .udmabuf = ENOENT },
		.camera = { LOOPBACK, .formats = { { "MJPEG", 0 } } }, .sinks = { HDMI("XR24") },
		.chosen_memory = "mmap", .chosen_format = "MJPEG",
		.copied = 1280 * 720 * 2 + 1280 * 720 * 4 },

	{ "loopback_display_same_format", "A screen takes the format, and the camera has no dma-bufs.",
		.camera = { LOOPBACK, .formats = { { "YUYV", 0 } } }, .sinks = { HDMI("YUYV") },
		.error = -ENOTSUP },

	/* ---- without devices ---- */

	{ "pattern_everywhere", "The test picture for a screen, the network and the disk.",
		.pattern = "pattern:bars?size=1920x1080", .sinks = { HDMI("UYVY"), RTP, RECORDING },
		.chosen_memory = "slab", .chosen_format = "UYVY", .chosen_stride = 3860,
		.copied = 0 },

	{ "container", "A container: no devices, and seccomp forbids io_uring.",
		.machine = { .udmabuf = ENOENT, .heap = ENOENT, .memlock_kib = 64, .uring = EPERM },
		.pattern = "pattern:bars?size=1280x720", .loop = "auto",
		.other_sinks = { "null", "verify" },
		.chosen_memory = "host", .chosen_format = "YUYV", .copied = 0 },

	{ "io_uring_off", "io_uring is turned off by sysctl.",
		.machine = { .uring = EPERM, .uring_off = true },
		.pattern = "pattern:bars?size=640x360", .loop = "auto", .other_sinks = { "null" },
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 0 },

	/* ---- what users insist on ---- */

	{ "memory_mmap", "The user wants the camera's own buffers, and the network pays for it.",
		STUDIO, .memory = "mmap", .sinks = { RTP },
		.chosen_memory = "mmap", .chosen_format = "UYVY", .chosen_stride = 3860,
		.copied = 3840 },

	{ "memory_heap", "The user wants memory of a heap, and the disk pays for it.", STUDIO,
		.memory = "heap", .sinks = { RECORDING },
		.chosen_memory = "heap", .chosen_format = "YUYV", .copied = 1920 * 1080 * 2 },

	{ "memory_mmap_free", "The user wants the camera's own buffers, which costs nothing.", STUDIO,
		.memory = "mmap", .sinks = { RECORDING }, .no_lock = true,
		.chosen_memory = "mmap", .chosen_format = "YUYV", .copied = 0 },

	{ "memory_host", "The user wants memory that no camera can write into.", STUDIO,
		.memory = "host", .sinks = { RECORDING }, .error = -ENOTSUP },

	{ "memory_slab_missing", "The user wants memory that this machine has not.", STUDIO,
		.machine = { .udmabuf = ENOENT }, .memory = "slab", .sinks = { RECORDING },
		.error = -ENOTSUP },

	{ "few_buffers", "The user gives four buffers for three sinks.", STUDIO, .buffers = 4,
		.sinks = { HDMI("UYVY"), RTP, RECORDING },
		.chosen_memory = "slab", .chosen_format = "UYVY", .copied = 0 },

	{ "hungry_camera", "A camera that needs six buffers for itself.",
		.camera = { SOC_CAMERA, .min_buffers = 6, .formats = { { "NV12", 0 } } },
		.sinks = { LCD("NV12") }, .other_sinks = { "null" },
		.chosen_memory = "mmap", .chosen_format = "NV12", .copied = 0 },

	/* ---- stages ---- */

	{ "crop_mjpeg", "A part of the picture, of a camera that delivers MJPEG by itself.",
		.camera = { WEBCAM(1280, 720), .formats = { { "MJPEG", 0 }, { "YUYV", 0 } } },
		.stages = { "crop=640x360+0+0" }, .sinks = { HDMI("YUYV") },
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 0 },

	{ "mask_in_place", "A masked picture for the network and the disk.", STUDIO,
		.stages = { "mask=100x100+0+0" }, .sinks = { RTP, RECORDING }, .no_lock = true,
		.chosen_memory = "slab", .chosen_format = "UYVY", .chosen_stride = 3860,
		.copied = 0 },

	{ "convert_asked_for", "A conversion that the user asked for, for a screen and the disk.",
		.machine = { .memlock_kib = 8192 },
		.camera = { WEBCAM(1280, 720), .formats = { { "YUYV", 0 } } },
		.stages = { "convert=NV12" }, .sinks = { HDMI("NV12"), RECORDING },
		.chosen_memory = "slab", .chosen_format = "YUYV", .copied = 1280 * 720 * 3 / 2 },

	{ 0 }
};
