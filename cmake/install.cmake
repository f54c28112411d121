# SPDX-FileCopyrightText: 2026 The weir authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# What `cmake --install` puts where: library, headers, weir.pc, the CMake package and man pages.
# The program installs itself in cli/.
include(CMakePackageConfigHelpers)

# An installed program finds the library beside it, also where ld.so would not look by itself.
if(NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr")
  file(RELATIVE_PATH to_libdir ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set(CMAKE_INSTALL_RPATH "$ORIGIN/${to_libdir}")
endif()

install(TARGETS weir EXPORT weir-targets)
install(DIRECTORY include/weir DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

# Relative to where the .pc file lies, so that a copied or DESTDIR-ed tree works as it stands.
set(pc_folder ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_prefix ${pc_folder} ${CMAKE_INSTALL_PREFIX})
file(RELATIVE_PATH pc_libdir ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_LIBDIR})
file(RELATIVE_PATH pc_includedir ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
configure_file(cmake/weir.pc.in ${PROJECT_BINARY_DIR}/weir.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/weir.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/weir)
configure_package_config_file(cmake/weir-config.cmake.in
  ${PROJECT_BINARY_DIR}/weir-config.cmake INSTALL_DESTINATION ${package})
# Before 1.0 every minor version may break what the one before promised.
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/weir-config-version.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT weir-targets NAMESPACE weir:: DESTINATION ${package})
install(FILES
  ${PROJECT_BINARY_DIR}/weir-config.cmake ${PROJECT_BINARY_DIR}/weir-config-version.cmake
  DESTINATION ${package})

find_program(SCDOC scdoc)
file(GLOB man_sources CONFIGURE_DEPENDS docs/*.scd)
if(SCDOC)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/man)
  foreach(source IN LISTS man_sources)
    cmake_path(GET source STEM LAST_ONLY page) # weir.1
    string(REGEX MATCH "[1-9]$" section ${page})
    set(out ${PROJECT_BINARY_DIR}/man/${page})
    add_custom_command(OUTPUT ${out} DEPENDS ${source} VERBATIM
      COMMAND sh -c "exec \"$1\" < \"$2\" > \"$3\"" scdoc ${SCDOC} ${source} ${out})
    install(FILES ${out} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
    list(APPEND man_pages ${out})
  endforeach()
  add_custom_target(man ALL DEPENDS ${man_pages})
endif()
