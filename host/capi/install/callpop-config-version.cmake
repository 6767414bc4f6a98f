# Before 1.0, another minor version is another interface.
set(PACKAGE_VERSION "@VERSION@")
string(REGEX REPLACE "^([0-9]+\\.[0-9]+).*$" "\\1" _callpop_has "${PACKAGE_VERSION}")
string(REGEX REPLACE "^([0-9]+\\.[0-9]+).*$" "\\1" _callpop_wanted "${PACKAGE_FIND_VERSION}")
if("${PACKAGE_FIND_VERSION}" STREQUAL "" OR
   ("${_callpop_has}" STREQUAL "${_callpop_wanted}" AND
    NOT "${PACKAGE_VERSION}" VERSION_LESS "${PACKAGE_FIND_VERSION}"))
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
  if("${PACKAGE_VERSION}" VERSION_EQUAL "${PACKAGE_FIND_VERSION}")
    set(PACKAGE_VERSION_EXACT TRUE)
  endif()
else()
  set(PACKAGE_VERSION_COMPATIBLE FALSE)
endif()
unset(_callpop_has)
unset(_callpop_wanted)
