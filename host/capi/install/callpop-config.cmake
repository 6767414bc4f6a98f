# Leads from where it lies: all of it can be moved.
get_filename_component(_callpop_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

if(NOT TARGET callpop::callpop)
  add_library(callpop::callpop SHARED IMPORTED)
  set_target_properties(callpop::callpop PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${_callpop_prefix}/include")
  if(WIN32)
    set_target_properties(callpop::callpop PROPERTIES
      IMPORTED_LOCATION "${_callpop_prefix}/callpop.dll"
      IMPORTED_IMPLIB "${_callpop_prefix}/lib/libcallpop.dll.a")
  elseif(APPLE)
    set_target_properties(callpop::callpop PROPERTIES
      IMPORTED_LOCATION "${_callpop_prefix}/lib/libcallpop.1.dylib")
  else()
    set_target_properties(callpop::callpop PROPERTIES
      IMPORTED_LOCATION "${_callpop_prefix}/lib/libcallpop.so.1"
      IMPORTED_SONAME "libcallpop.so.1")
  endif()
endif()

if(NOT WIN32 AND NOT TARGET callpop::static)
  add_library(callpop::static STATIC IMPORTED)
  set_target_properties(callpop::static PROPERTIES
    IMPORTED_LOCATION "${_callpop_prefix}/lib/libcallpop.a"
    INTERFACE_INCLUDE_DIRECTORIES "${_callpop_prefix}/include")
  if(NOT APPLE)
    set_target_properties(callpop::static PROPERTIES
      INTERFACE_LINK_LIBRARIES "gcc_s;util;rt;pthread;m;dl;c")
  endif()
endif()

unset(_callpop_prefix)
