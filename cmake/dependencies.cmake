# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# Optional libraries: AUTO takes what is there, ON insists, OFF leaves out. Each knows in words what
# it brings and what being without it costs; cmake/summary.cmake prints that.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
add_library(weir_dependencies INTERFACE) # of the library
target_link_libraries(weir_dependencies INTERFACE Threads::Threads)

# A library that comes without a .pc file, by a header that tells its version as <name>_VERSION, or
# in parts.
function(weir_find_by_header name module header)
  string(REGEX REPLACE "^lib" "" library ${module})
  find_path(${name}_FOLDER ${header})
  find_library(${name}_LIBRARY ${library})
  mark_as_advanced(${name}_FOLDER ${name}_LIBRARY)
  if(NOT ${name}_FOLDER OR NOT ${name}_LIBRARY)
    return()
  endif()
  file(STRINGS ${${name}_FOLDER}/${header} lines
    REGEX "define ${name}_VERSION(_MAJOR|_MINOR|_PATCH)? +[0-9]+")
  string(REGEX REPLACE "[^;]* +" "" version "${lines}")
  string(REPLACE ";" "." version "${version}")
  add_library(PkgConfig::${name} INTERFACE IMPORTED GLOBAL)
  target_include_directories(PkgConfig::${name} INTERFACE ${${name}_FOLDER})
  target_link_libraries(PkgConfig::${name} INTERFACE ${${name}_LIBRARY})
  set(${name}_VERSION ${version} PARENT_SCOPE)
  set(${name}_FOUND 1 PARENT_SCOPE)
endfunction()

# Sets WEIR_HAVE_<name> here and, as a macro, for whatever links `target`. A header after that finds
# a library that pkg-config does not know.
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
    if(NOT ${name}_FOUND AND ARGN)
      weir_find_by_header(${name} ${module} ${ARGN})
    endif()
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
  "the jpeg stage, pattern sources in MJPEG" "no jpeg stage and no MJPEG pattern")
weir_optional(LIBYUV libyuv weir_dependencies
  "the convert stage" "no convert stage" libyuv/version.h)
weir_optional(LIBV4L2 libv4l2 weir_dependencies
  "vendor plugins of cameras" "cameras that need a libv4l2 plugin do not work")
weir_optional(LIBUDEV libudev weir_dependencies
  "plug and unplug events from udev" "plug and unplug events by watching /dev")

weir_optional(LIBDRM libdrm weir_dependencies
  "frames on displays" "no display sink")

weir_optional(LIBSEAT libseat weir_dependencies
  "displays from a seat manager (logind, seatd)" "displays are opened directly")

# Two names of one parser: llhttp, which grew out of http-parser, where there is one.
weir_optional(LLHTTP libllhttp weir_dependencies
  "HTTP requests, for the http sink" "http-parser is looked for" llhttp.h)
if(NOT WEIR_HAVE_LLHTTP)
  weir_optional(HTTP_PARSER libhttp_parser weir_dependencies
    "HTTP requests, for the http sink" "no http sink" http_parser.h)
endif()

function(weir_drop_sources_without_their_library list)
  set(kept ${${list}})
  if(NOT WEIR_HAVE_LIBURING)
    list(FILTER kept EXCLUDE REGEX "core/(loop|doctor)/uring")
  else()
    list(FILTER kept EXCLUDE REGEX "core/doctor/no_uring")
  endif()
  if(NOT WEIR_HAVE_LIBJPEG)
    list(FILTER kept EXCLUDE REGEX "(pattern/mjpeg|stages/jpeg)[a-z_]*\\.[ch]$")
  endif()
  if(NOT WEIR_HAVE_LIBDRM)
    set(kms ${kept})
    list(FILTER kms INCLUDE REGEX "sinks/kms/(absent|displays|kms)\\.")
    list(FILTER kept EXCLUDE REGEX "sinks/kms/")
    list(APPEND kept ${kms})
  else()
    list(FILTER kept EXCLUDE REGEX "sinks/kms/absent")
  endif()
  if(NOT WEIR_HAVE_LIBSEAT)
    list(FILTER kept EXCLUDE REGEX "sinks/kms/seat")
  endif()
  if(NOT WEIR_HAVE_LLHTTP AND NOT WEIR_HAVE_HTTP_PARSER)
    set(http ${kept})
    list(FILTER http INCLUDE REGEX "sinks/http/(absent|http|options)\\.")
    list(FILTER kept EXCLUDE REGEX "sinks/http/")
    list(APPEND kept ${http})
  else()
    list(FILTER kept EXCLUDE REGEX "sinks/http/absent")
  endif()
  if(NOT WEIR_HAVE_LIBYUV)
    list(FILTER kept EXCLUDE REGEX "/stages/convert[a-z_]*\\.[ch]$")
  endif()
  set(${list} ${kept} PARENT_SCOPE)
endfunction()
