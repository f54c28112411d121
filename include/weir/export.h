/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_EXPORT_H
#define WEIR_EXPORT_H

/* Marks what the shared library exports; everything else is hidden. */
#if defined(__GNUC__)
#define WEIR_API             __attribute__((visibility("default")))
#define WEIR_PRINTF(fmt, va) __attribute__((format(printf, fmt, va)))
#else
#define WEIR_API
#define WEIR_PRINTF(fmt, va)
#endif

#ifdef __cplusplus
#define WEIR_BEGIN_DECLS extern "C" {
#define WEIR_END_DECLS   }
#else
#define WEIR_BEGIN_DECLS
#define WEIR_END_DECLS
#endif

#endif
