# Tests of plugins for CTest. In a CMakeLists.txt:
#
#   include(SochdbPlugin.cmake)
#   sochdb_plugin_check(my_codec)
#
# makes a test of each test of `sochdb-plugin check` that is for the plugin which the target my_codec builds. Such a test is
# named my_codec.compression::everything_comes_back, and runs by `ctest -R`. One that has nothing to look at is skipped.
#
#   sochdb_plugin_check(TARGET [COMMAND PROGRAM] [CONFIG JSON] [OPTIONS OPTION...])
#
#   COMMAND  the command, if it is not sochdb-plugin of the search path
#   CONFIG   the configuration of each instance, as `check --config` takes it
#   OPTIONS  other options of `check`, such as --quick, or --dimensions and 16
#
# The target is built before its tests are known, so a change of the plugin's kinds is seen. Needs CMake 3.17.

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
    # After the plugin was linked: writes the file with its tests.
    execute_process(
        COMMAND "${COMMAND}" check --list ${OPTIONS} -- "${PLUGIN}"
        OUTPUT_VARIABLE names
        ERROR_VARIABLE errors
        RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "${COMMAND} check --list ${PLUGIN}: ${result}\n${names}${errors}")
    endif()
    string(REPLACE "\n" ";" names "${names}")
    set(tests "")
    foreach(name IN LISTS names)
        if(name STREQUAL "")
            continue()
        endif()
        set(command "[==[${COMMAND}]==] check --test ${name}")
        foreach(option IN LISTS OPTIONS)
            string(APPEND command " [==[${option}]==]")
        endforeach()
        string(APPEND tests "add_test([==[${TARGET}.${name}]==] ${command} -- [==[${PLUGIN}]==])\n")
        string(APPEND tests "set_tests_properties([==[${TARGET}.${name}]==] PROPERTIES "
            "SKIP_REGULAR_EXPRESSION [==[1 test: 0 ok, 1 skipped]==])\n")
    endforeach()
    file(WRITE "${LIST}" "${tests}")
    return()
endif()

function(sochdb_plugin_check target)
    cmake_parse_arguments(PARSE_ARGV 1 check "" "COMMAND;CONFIG" "OPTIONS")
    if(DEFINED check_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "sochdb_plugin_check: behind the target come COMMAND, CONFIG or OPTIONS, not ${check_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT DEFINED check_COMMAND)
        find_program(SOCHDB_PLUGIN_COMMAND sochdb-plugin)
        if(NOT SOCHDB_PLUGIN_COMMAND)
            message(FATAL_ERROR "sochdb_plugin_check: no program sochdb-plugin in the search path: `cargo install sochdb-plugin-cli`, "
                "or name it with COMMAND")
        endif()
        set(check_COMMAND "${SOCHDB_PLUGIN_COMMAND}")
    endif()
    set(options ${check_OPTIONS})
    if(DEFINED check_CONFIG)
        # A semicolon would end an item of a list.
        string(REPLACE ";" "\\;" config "${check_CONFIG}")
        list(APPEND options --config "${config}")
    endif()
    set(list "${CMAKE_CURRENT_BINARY_DIR}/${target}-check.cmake")
    add_custom_command(
        TARGET ${target} POST_BUILD
        COMMAND "${CMAKE_COMMAND}" "-DTARGET=${target}" "-DCOMMAND=${check_COMMAND}" "-DOPTIONS=${options}"
            "-DPLUGIN=$<TARGET_FILE:${target}>" "-DLIST=${list}" -P "${CMAKE_CURRENT_FUNCTION_LIST_FILE}"
        BYPRODUCTS "${list}"
        VERBATIM)
    # Before the first build there is nothing to include, and a test says so.
    set(guard "${CMAKE_CURRENT_BINARY_DIR}/${target}-check-include.cmake")
    file(WRITE "${guard}" "if(EXISTS [==[${list}]==])\n    include([==[${list}]==])\nelse()\n    add_test(${target}.is_not_built_yet cmake -E false)\nendif()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${guard}")
endfunction()
