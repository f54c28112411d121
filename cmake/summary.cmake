# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# The last thing a configure run says: what this build has, and what it goes without.
get_property(lines GLOBAL PROPERTY weir_summary)
if(SCDOC)
  string(APPEND lines "\n     on   scdoc: man pages")
else()
  string(APPEND lines "\n     off  scdoc: not found, so no man pages")
endif()
if(WEIR_DEBUG_CHECKS)
  string(APPEND lines "\n     on   debug checks: misuse of frames aborts and names both places")
else()
  string(APPEND lines "\n     off  debug checks: misuse of frames goes unnoticed")
endif()
message(STATUS "weir ${PROJECT_VERSION}, ${CMAKE_BUILD_TYPE}, "
  "${CMAKE_C_COMPILER_ID} ${CMAKE_C_COMPILER_VERSION}${lines}")
