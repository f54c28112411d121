# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# The page of the http sink, made of sinks/http/page/: style and script stand in the page, and the
# policy that goes with it names them by their digests, so that a browser runs no others.
#
# Included by CMakeLists.txt it sets weir_page; run by the build, as a script, it writes that file.

set(parts index.html page.css page.js)

if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(weir_page ${PROJECT_BINARY_DIR}/page.c)
  set(folder ${PROJECT_SOURCE_DIR}/sinks/http/page)
  list(TRANSFORM parts PREPEND ${folder}/)
  add_custom_command(OUTPUT ${weir_page} VERBATIM
    DEPENDS ${parts} ${CMAKE_CURRENT_LIST_FILE}
    COMMAND ${CMAKE_COMMAND} -DFROM=${folder} -DTO=${weir_page} -P ${CMAKE_CURRENT_LIST_FILE})
  return()
endif()

# Base64 of a SHA-256: 32 bytes are ten groups of three, and two bytes.
function(digest text out)
  set(letters ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  string(SHA256 hex "${text}")
  set(hex ${hex}00)
  set(digest "")
  foreach(at RANGE 0 60 6)
    string(SUBSTRING ${hex} ${at} 6 group)
    foreach(shift 18 12 6 0)
      math(EXPR index "(0x${group} >> ${shift}) & 63")
      string(SUBSTRING ${letters} ${index} 1 letter)
      string(APPEND digest ${letter})
    endforeach()
  endforeach()
  string(REGEX REPLACE ".$" "=" digest ${digest})
  set(${out} sha256-${digest} PARENT_SCOPE)
endfunction()

file(READ ${FROM}/index.html html)
file(READ ${FROM}/page.css css)
file(READ ${FROM}/page.js js)
digest("${css}" style)
digest("${js}" script)
string(REPLACE "@STYLE@" "${css}" html "${html}")
string(REPLACE "@SCRIPT@" "${js}" html "${html}")
file(WRITE ${TO}.html "${html}")
file(READ ${TO}.html bytes HEX)
file(REMOVE ${TO}.html)
string(REGEX REPLACE "(................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE ${TO} "/* made of sinks/http/page/ by cmake/page.cmake */
#include \"sinks/http/page.h\"

const char weir_http_page_policy[] =
	\"default-src 'none'; img-src 'self' data:; connect-src 'self'; style-src '${style}'; \"
	\"script-src '${script}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\";

const unsigned char weir_http_page[] = {
${bytes}
};
const size_t weir_http_page_bytes = sizeof(weir_http_page);
")
