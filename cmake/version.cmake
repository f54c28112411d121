# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# <weir/version.h> is where the version stands; everything else reads it there.
set(header ${CMAKE_CURRENT_LIST_DIR}/../include/weir/version.h)
set(weir_version "")
foreach(part MAJOR MINOR PATCH)
  file(STRINGS ${header} line REGEX "^#define WEIR_VERSION_${part} [0-9]+$")
  string(REGEX REPLACE ".* " "" number "${line}")
  list(APPEND weir_version ${number})
endforeach()
list(JOIN weir_version "." weir_version)
