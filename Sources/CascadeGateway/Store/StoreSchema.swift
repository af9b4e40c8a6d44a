/// The store's tables, and how an older file gets those of today.
enum StoreSchema {
    /// `CSCD`: what tells a store from another program's SQLite file.
    private static let applicationID = 0x4353_4344

    /// Each takes a file from the version of its place to the next one; what a release has made is never edited.
    private static let steps = [
        """
        CREATE TABLE gateway_key (
            id TEXT NOT NULL PRIMARY KEY,
            digest BLOB NOT NULL,
            name TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            last_used_at INTEGER,
            revoked_at INTEGER,
            is_admin INTEGER NOT NULL,
            models TEXT NOT NULL,
            requests_per_minute INTEGER,
            tokens_per_minute INTEGER,
            concurrency INTEGER,
            daily_budget_usd REAL
        ) WITHOUT ROWID;
        CREATE UNIQUE INDEX gateway_key_name ON gateway_key (name) WHERE revoked_at IS NULL;
        CREATE TABLE key_day (
            key_id TEXT NOT NULL,
            day INTEGER NOT NULL,
            requests INTEGER NOT NULL,
            refused INTEGER NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            completion_tokens INTEGER NOT NULL,
            cost_usd REAL NOT NULL,
            PRIMARY KEY (key_id, day)
        ) WITHOUT ROWID;
        CREATE TABLE provider_day (
            day INTEGER NOT NULL,
            provider TEXT NOT NULL,
            requests INTEGER NOT NULL,
            failures INTEGER NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            completion_tokens INTEGER NOT NULL,
            cost_usd REAL NOT NULL,
            PRIMARY KEY (day, provider)
        ) WITHOUT ROWID;
        CREATE TABLE provider_minute (
            minute INTEGER NOT NULL,
            provider TEXT NOT NULL,
            requests INTEGER NOT NULL,
            failures INTEGER NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            completion_tokens INTEGER NOT NULL,
            cost_usd REAL NOT NULL,
            first_tokens BLOB NOT NULL,
            PRIMARY KEY (minute, provider)
        ) WITHOUT ROWID;
        """
    ]

    static func prepare(_ connection: StoreConnection) throws(GatewayStoreError) {
        let found = try identity(connection)
        let isFresh = try isEmpty(connection)
        guard found == applicationID || (found == 0 && isFresh) else {
            throw GatewayStoreError("\(connection.path) is another program's SQLite file, not a store of Cascade's")
        }
        // WAL: readers and the one writer do not wait for one another, and a commit is one append. A killed process
        // loses nothing that was committed; a failing machine may lose the last moments.
        try connection.script(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -256;")
        guard try version(connection) != steps.count else { return }
        try connection.transaction { () throws(GatewayStoreError) in
            // Another process may have been faster.
            let version = try version(connection)
            guard version <= steps.count else {
                throw GatewayStoreError("the store \(connection.path) was made by a newer version of Cascade")
            }
            for step in steps[version...] { try connection.script(step) }
            try connection.script(
                "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(steps.count);")
        }
    }

    private static func number(_ connection: StoreConnection, _ sql: String) throws(GatewayStoreError) -> Int {
        try connection.rows(sql) { $0.integer(0) }.first ?? 0
    }

    private static func identity(_ connection: StoreConnection) throws(GatewayStoreError) -> Int {
        try number(connection, "PRAGMA application_id")
    }

    private static func version(_ connection: StoreConnection) throws(GatewayStoreError) -> Int {
        try number(connection, "PRAGMA user_version")
    }

    private static func isEmpty(_ connection: StoreConnection) throws(GatewayStoreError) -> Bool {
        try number(connection, "SELECT count(*) FROM sqlite_schema") == 0
    }
}
