// SQLite, and what of it Swift cannot call: SQLITE_TRANSIENT is a macro that the importer passes by.
#pragma once

#include <sqlite3.h>

// Both copy what they are given.
static inline int casc_sqlite_bind_text(sqlite3_stmt *_Nonnull statement, int index, const char *_Nonnull text,
                                        int length) {
    return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}

static inline int casc_sqlite_bind_blob(sqlite3_stmt *_Nonnull statement, int index, const void *_Nonnull bytes,
                                        int length) {
    return sqlite3_bind_blob(statement, index, bytes, length, SQLITE_TRANSIENT);
}
