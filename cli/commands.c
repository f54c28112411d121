/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands.h"

const struct command commands[] = {
	{
		.name = "capture",
		.synopsis = "[SOURCE] [options]",
		.summary = "frames from a source to any sinks: the main job",
		.examples =
			"  weir capture                                 measure the first camera\n"
			"  weir capture /dev/video0 -s 1280x720 -r 30 -f UYVY -t 10\n"
			"  weir capture 'pattern:bars?size=1920x1080&fps=0' --to verify -n 1000\n"
			"  weir capture pattern:counter --stage crop=320x240+0+0 --json\n",
		.bit = COMMAND_CAPTURE,
		.source = SOURCE_OPTIONAL,
		.run = capture_command,
	},
	{
		.name = "receive",
		.synopsis = "URI [options]",
		.summary = "frames from the network to any sinks",
		.examples = "  weir receive 'rtp://0.0.0.0:5004?sdp=stream.sdp' --to display\n"
			    "  weir receive 'rtp://239.1.1.1:5004?size=1280x720&fps=60' -t 10\n",
		.bit = COMMAND_RECEIVE,
		.source = SOURCE_NETWORK,
		.run = capture_command,
	},
	{
		.name = "explain",
		.synopsis = "[SOURCE] [options of capture]",
		.summary = "how frames would flow, and why; changes nothing",
		.examples = "  weir explain pattern:bars -s 1920x1080 --to null\n"
			    "  weir explain /dev/video0 --require-zero-copy --json\n",
		.bit = COMMAND_EXPLAIN,
		.source = SOURCE_OPTIONAL,
		.run = explain_command,
	},
	{
		.name = "list",
		.synopsis = "[--watch] [--json]",
		.summary = "cameras, displays and memory devices of this machine",
		.examples = "  weir list\n"
			    "  weir list --watch --json\n",
		.bit = COMMAND_LIST,
		.source = SOURCE_NONE,
		.run = list_command,
	},
	{
		.name = "info",
		.synopsis = "SOURCE [--json]",
		.summary = "formats, sizes, rates, controls and abilities of a source",
		.examples = "  weir info /dev/video0\n"
			    "  weir info pattern:bars --json\n",
		.bit = COMMAND_INFO,
		.source = SOURCE_NEEDED,
		.run = info_command,
	},
	{
		.name = "doctor",
		.synopsis = "[--json]",
		.summary = "what this machine can do, tried for real, and the remedies",
		.examples = "  weir doctor\n"
			    "  weir doctor --json | jq '.findings[] | select(.remedy)'\n",
		.bit = COMMAND_DOCTOR,
		.source = SOURCE_NONE,
		.run = doctor_command,
	},
	{ 0 },
};
