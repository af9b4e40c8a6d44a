// The hashes of the library that libmicrohttpd brings along.
#pragma once

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
