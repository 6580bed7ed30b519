# What eddy can do without: looked for here, and missed aloud. Sets EDDY_HAS_TLS and EDDY_HAS_IDNA.

option(EDDY_TLS "TLS, where OpenSSL is found" ON)
option(EDDY_IDNA "Host names that are not ASCII, where libidn2 is found" ON)

set(EDDY_HAS_TLS OFF)
if(EDDY_TLS)
    find_package(OpenSSL 3)
    set(EDDY_HAS_TLS ${OPENSSL_FOUND})
endif()
if(NOT EDDY_HAS_TLS)
    message(NOTICE "eddy: no OpenSSL (Debian: libssl-dev), so https:// and all other TLS is refused")
endif()

set(EDDY_HAS_IDNA OFF)
if(EDDY_IDNA)
    pkg_check_modules(libidn2 IMPORTED_TARGET GLOBAL libidn2)
    set(EDDY_HAS_IDNA ${libidn2_FOUND})
endif()
if(NOT EDDY_HAS_IDNA)
    message(NOTICE "eddy: no libidn2 (Debian: libidn2-dev), so URLs with hosts outside of ASCII are refused")
endif()
