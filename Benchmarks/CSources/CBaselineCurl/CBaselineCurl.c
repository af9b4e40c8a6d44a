/* The functions are all in the header; a target needs a source file to be built. */
#include "CBaselineCurl.h"
