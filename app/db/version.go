package db

import lib "modernc.org/sqlite/lib"

// SQLiteVersion is the version of the SQLite inside this program.
const SQLiteVersion = lib.SQLITE_VERSION
