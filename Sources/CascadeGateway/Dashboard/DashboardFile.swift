/// One file of the page. It is the same for everyone, and anyone may have it: it holds nothing of what goes on here, and
/// the page has to be there to ask for a key. They lie beside this one as they are served; the compiler puts them into the binary.
struct DashboardFile {
    let type: String
    let bytes: [UInt8]

    init?(path: String) {
        switch path {
        case "/": (type, bytes) = ("text/html; charset=utf-8", PackageResources.index_html)
        case "/dashboard/style.css": (type, bytes) = ("text/css; charset=utf-8", PackageResources.style_css)
        case "/dashboard/app.js": (type, bytes) = ("text/javascript; charset=utf-8", PackageResources.app_js)
        case "/dashboard/icon.svg": (type, bytes) = ("image/svg+xml", PackageResources.icon_svg)
        default: return nil
        }
    }

    /// Only what this gateway serves may be loaded, run or connected to, and no other page may show this one.
    private static let policy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
        base-uri 'none'; form-action 'none'; frame-ancestors 'none'
        """

    func head(_ fields: [(name: String, value: String)]) -> AnswerHead {
        AnswerHead(
            status: 200,
            fields: fields + [
                ("content-security-policy", Self.policy),
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "no-referrer"),
                // A page of another version than its gateway would misread it.
                ("cache-control", "no-store"),
            ])
    }
}
