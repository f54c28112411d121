# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# Optional libraries: AUTO takes what is there, ON insists, OFF leaves out. Each knows in words what
# it brings and what being without it costs; cmake/summary.cmake prints that.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
add_library(weir_dependencies INTERFACE) # of the library
target_link_libraries(weir_dependencies INTERFACE Threads::Threads)

# Sets WEIR_HAVE_<name> here and, as a macro, for whatever links `target`.
function(weir_optional name module target brings costs)
  set(WEIR_${name} AUTO CACHE STRING "${module}: ${brings} (AUTO, ON, OFF)")
  set_property(CACHE WEIR_${name} PROPERTY STRINGS AUTO ON OFF)
  if(NOT WEIR_${name} MATCHES "^(AUTO|ON|OFF)$")
    message(FATAL_ERROR "WEIR_${name} is AUTO, ON or OFF, not '${WEIR_${name}}'")
  endif()

  if(WEIR_${name} STREQUAL "OFF")
    set(line "off  ${module}: ${costs}")
  else()
    pkg_check_modules(${name} QUIET IMPORTED_TARGET ${module})
    set(line "off  ${module}: not found, so ${costs}")
  endif()
  if(NOT WEIR_${name} STREQUAL "OFF" AND ${name}_FOUND)
    set(line "on   ${module} ${${name}_VERSION}: ${brings}")
    target_link_libraries(${target} INTERFACE PkgConfig::${name})
    target_compile_definitions(${target} INTERFACE WEIR_HAVE_${name}=1)
    set(WEIR_HAVE_${name} ON PARENT_SCOPE)
  elseif(WEIR_${name} STREQUAL "ON")
    message(FATAL_ERROR "WEIR_${name}=ON, but ${module} was not found: install its -dev package")
  endif()
  set_property(GLOBAL APPEND_STRING PROPERTY weir_summary "\n     ${line}")
endfunction()

weir_optional(LIBURING liburing weir_dependencies
  "the io_uring loop" "the epoll loop only, with more system calls a frame")
weir_optional(LIBJPEG libjpeg weir_dependencies
  "pattern sources in MJPEG" "no MJPEG pattern")
weir_optional(LIBV4L2 libv4l2 weir_dependencies
  "vendor plugins of cameras" "cameras that need a libv4l2 plugin do not work")
weir_optional(LIBUDEV libudev weir_dependencies
  "plug and unplug events from udev" "plug and unplug events by watching /dev")

weir_optional(LIBDRM libdrm weir_dependencies
  "frames on displays" "no display sink")

function(weir_drop_sources_without_their_library list)
  set(kept ${${list}})
  if(NOT WEIR_HAVE_LIBURING)
    list(FILTER kept EXCLUDE REGEX "core/(loop|doctor)/uring")
  else()
    list(FILTER kept EXCLUDE REGEX "core/doctor/no_uring")
  endif()
  if(NOT WEIR_HAVE_LIBJPEG)
    list(FILTER kept EXCLUDE REGEX "/(mjpeg|jpeg)[a-z_]*\\.[ch]$")
  endif()
  if(NOT WEIR_HAVE_LIBDRM)
    set(kms ${kept})
    list(FILTER kms INCLUDE REGEX "sinks/kms/(absent|displays|kms)\\.")
    list(FILTER kept EXCLUDE REGEX "sinks/kms/")
    list(APPEND kept ${kms})
  else()
    list(FILTER kept EXCLUDE REGEX "sinks/kms/absent")
  endif()
  set(${list} ${kept} PARENT_SCOPE)
endfunction()
