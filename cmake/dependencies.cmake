# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# Optional libraries: AUTO takes what is there, ON insists, OFF leaves out.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
add_library(weir_dependencies INTERFACE)
target_link_libraries(weir_dependencies INTERFACE Threads::Threads)

function(weir_optional name module)
  set(WEIR_${name} AUTO CACHE STRING "AUTO, ON or OFF")
  if(NOT WEIR_${name} STREQUAL "OFF")
    pkg_check_modules(${name} QUIET IMPORTED_TARGET ${module})
  endif()
  if(${name}_FOUND)
    target_link_libraries(weir_dependencies INTERFACE PkgConfig::${name})
    target_compile_definitions(weir_dependencies INTERFACE WEIR_HAVE_${name}=1)
    set(WEIR_HAVE_${name} ON PARENT_SCOPE)
  elseif(WEIR_${name} STREQUAL "ON")
    message(FATAL_ERROR "WEIR_${name}=ON, but ${module} was not found")
  endif()
endfunction()

weir_optional(LIBURING liburing)
weir_optional(LIBJPEG libjpeg)
weir_optional(LIBUDEV libudev)

function(weir_drop_sources_without_their_library list)
  set(kept ${${list}})
  if(NOT WEIR_HAVE_LIBURING)
    list(FILTER kept EXCLUDE REGEX "core/loop/uring")
  endif()
  if(NOT WEIR_HAVE_LIBJPEG)
    list(FILTER kept EXCLUDE REGEX "/(mjpeg|jpeg)[a-z_]*\\.c$")
  endif()
  set(${list} ${kept} PARENT_SCOPE)
endfunction()
