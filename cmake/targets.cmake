# What all targets of eddy have in common: the language, the warnings, and how a layer is declared.

# For every program and library of ours: C++20 as the standard has it, with the warnings on.
function(eddy_conventions target)
    target_compile_features(${target} PUBLIC cxx_std_20)
    set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
    target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion>
        $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<BOOL:${EDDY_WERROR}>>:-Werror>
    )
endfunction()

# Declares the static library of a layer, `eddy::<layer>`. The folder lists its files by target_sources.
function(eddy_layer layer)
    add_library(eddy_${layer} STATIC)
    add_library(eddy::${layer} ALIAS eddy_${layer})
    eddy_conventions(eddy_${layer})
    set_target_properties(eddy_${layer} PROPERTIES EXPORT_NAME ${layer})
    target_include_directories(eddy_${layer} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
endfunction()

# Installs a layer with the public headers it has declared.
function(eddy_install_layer layer)
    install(TARGETS eddy_${layer} EXPORT eddyTargets FILE_SET HEADERS)
endfunction()
