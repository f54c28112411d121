# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# weir_warnings is for everything compiled here, weir_compiler for the library and what sees its
# insides.
add_library(weir_warnings INTERFACE)
target_compile_options(weir_warnings INTERFACE
  -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef -Wpointer-arith
  -Wwrite-strings -Wformat=2 -Wno-missing-field-initializers
  $<$<BOOL:${WEIR_WERROR}>:-Werror>)

add_library(weir_compiler INTERFACE)
target_link_libraries(weir_compiler INTERFACE weir_warnings)
target_compile_features(weir_compiler INTERFACE c_std_11)
target_compile_definitions(weir_compiler INTERFACE _GNU_SOURCE)
target_compile_options(weir_compiler INTERFACE -fvisibility=hidden)
if(WEIR_DEBUG_CHECKS)
  target_compile_definitions(weir_compiler INTERFACE WEIR_DEBUG_CHECKS=1)
endif()
