/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/checked.h"
#include "core/doctor/doctor.h"
#include "sinks/kms/displays.h"
#include "sinks/kms/sink.h"

/* What a display takes, each answer the driver's own to a picture in the monitor's favourite mode;
 * nothing is shown. */

struct patient {
	const struct weir_doctor *doctor;
	struct weir_kms_sink *display;
	char about[80];
};

static struct weir_offer offer_of(const struct patient *patient, const struct weir_format *format,
	const struct weir_memory_kind *kind)
{
	const drmModeModeInfo *mode = &patient->display->output.connector.modes[0];
	const struct weir_offer offer = {
		.video = { .format = format,
			.width = mode->hdisplay & ~3u,
			.height = mode->vdisplay & ~3u },
		.memory = kind->name,
		.traits = kind->traits,
	};

	return offer;
}

/* Asked with memory of no kind: the picture alone counts. */
static bool takes(const struct patient *patient, const struct weir_format *format)
{
	static const struct weir_memory_kind any = { .name = "any", .traits = { .dmabuf = true } };
	const struct weir_offer offer = offer_of(patient, format, &any);
	char why[256];

	return !weir_kms_accepts(&patient->display->base, &offer, why, sizeof(why));
}

static int tell_formats(const struct patient *patient)
{
	struct weir_finding finding = { .about = patient->about,
		.ability = "formats",
		.cost = "frames in other formats are converted first" };
	const struct weir_kms_output *output = &patient->display->output;
	char taken[256] = "", refused[256] = "";

	for (size_t i = 0; i < weir_format_count(); i++) {
		const struct weir_format *format = weir_format_at(i);
		bool works;
		char *text;

		if (!weir_kms_output_takes(output, format) ||
			weir_format_by_drm(format->drm) != format)
			continue;
		works = takes(patient, format);
		text = works ? taken : refused;
		snprintf(text + strlen(text), 256 - strlen(text), "%s%.12s", text[0] ? ", " : "",
			format->name);
	}
	finding.verdict = !taken[0] ? WEIR_MISSING : refused[0] ? WEIR_WORKS_WITH : WEIR_WORKS;
	if (refused[0])
		return weir_doctor_tell(patient->doctor, &finding, "%s; listed, and refused: %s",
			taken[0] ? taken : "none", refused);
	return weir_doctor_tell(
		patient->doctor, &finding, "%s", taken[0] ? taken : "none that weir knows");
}

static int tell_import(const struct patient *patient, const struct weir_memory_kind *kind)
{
	struct weir_finding finding = { .about = patient->about,
		.ability = kind->name,
		.cost = "frames have to lie in other memory to be shown" };
	struct weir_offer offer = offer_of(patient, weir_format_by_name("XR24"), kind);
	char why[256] = "";

	if (kind->by_sink)
		offer.maker = &patient->display->base;
	else if (!kind->create || !kind->traits.dmabuf ||
		 (kind->probe && kind->probe(why, sizeof(why))))
		return 0; /* told of elsewhere */
	finding.verdict = weir_kms_accepts(&patient->display->base, &offer, why, sizeof(why))
				  ? WEIR_MISSING
				  : WEIR_WORKS;
	return weir_doctor_tell(patient->doctor, &finding, "%s",
		finding.verdict != WEIR_WORKS ? why
		: kind->by_sink               ? "a buffer of its own was exported and mapped"
					      : "a buffer was imported");
}

static int tell_open(const struct patient *patient)
{
	const struct weir_finding finding = { .about = patient->about, .ability = "display" };
	const struct weir_kms_output *output = &patient->display->output;
	const drmModeModeInfo *mode = &output->connector.modes[0];

	return weir_doctor_tell(patient->doctor, &finding,
		"%u modes, the first %ux%u at %.2f Hz; %u planes; driver %s",
		output->connector.n_modes, mode->hdisplay, mode->vdisplay,
		1e9 / (double)weir_kms_mode_interval_ns(mode), output->n_planes,
		output->card.driver);
}

/* The line ends with the remedy where there is one. */
static int tell_closed(const struct patient *patient, char *line)
{
	struct weir_finding finding = { .about = patient->about,
		.ability = "display",
		.verdict = WEIR_MISSING,
		.cost = "no frames on this display" };
	const char *why = !strncmp(line, "display: ", 9) ? line + 9 : line;
	char *end = strstr(line, ": ");

	end = end ? strstr(end + 2, ": ") : NULL;
	if (end) {
		*end = '\0';
		finding.remedy = end + 2;
	}
	return weir_doctor_tell(patient->doctor, &finding, "%s", why);
}

static int examine(void *data, const struct weir_kms_display *shown)
{
	struct patient patient = { .doctor = data };
	struct weir_overheard heard;
	struct weir_sink_settings settings = { .log = &heard.log };
	struct weir_sink *sink = NULL;
	int stopped;

	weir_overhear(&heard);
	snprintf(patient.about, sizeof(patient.about), "display:%s", shown->name);
	if (weir_sink_open(patient.about, &settings, &sink))
		return tell_closed(&patient, heard.line);
	patient.display = (struct weir_kms_sink *)sink;
	stopped = tell_open(&patient);
	if (!stopped)
		stopped = tell_formats(&patient);
	for (size_t i = 0; weir_memory_kinds[i] && !stopped; i++)
		stopped = tell_import(&patient, weir_memory_kinds[i]);
	weir_sink_close(&sink);
	return stopped;
}

int weir_kms_examine(const struct weir_doctor *doctor)
{
	static const struct weir_finding none = {
		.about = "displays",
		.ability = "display",
		.verdict = WEIR_MISSING,
		.cost = "frames are shown by other programs only",
		.remedy = "none is needed to capture; if there is one, its driver is not loaded: "
			  "lspci -k, sudo dmesg",
	};
	char names[256];

	weir_kms_display_names(names, sizeof(names));
	if (!names[0])
		return weir_doctor_tell(doctor, &none, "no connector in /sys/class/drm");
	return weir_kms_displays(examine, (void *)doctor);
}
