// The hashes of the library that libmicrohttpd brings along.
#pragma once

#include <gnutls/gnutls.h>
#include <gnutls/crypto.h>
