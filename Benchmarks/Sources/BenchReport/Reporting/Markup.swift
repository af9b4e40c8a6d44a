/// A piece of HTML or of SVG.
package indirect enum Markup: Sendable {
    case element(String, [(name: String, value: String)], [Markup])
    case text(String)
    /// Not escaped: style sheets.
    case verbatim(String)

    package static func element(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:], _ children: [Markup] = []
    ) -> Markup {
        .element(name, attributes.map { ($0.key, $0.value) }, children)
    }

    package static func element(
        _ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String
    ) -> Markup {
        .element(name, attributes, [.text(text)])
    }

    package var rendered: String {
        var output = ""
        write(to: &output)
        return output
    }

    private static let withoutEnd: Set<String> = ["meta", "br", "hr"]

    private func write(to output: inout String) {
        switch self {
        case .verbatim(let text): output += text
        case .text(let text): output += Self.escaped(text)
        case .element(let name, let attributes, let children):
            output += "<" + name
            for attribute in attributes { output += " \(attribute.name)=\"\(Self.escaped(attribute.value))\"" }
            output += ">"
            guard !Self.withoutEnd.contains(name) else { return }
            for child in children { child.write(to: &output) }
            output += "</\(name)>"
        }
    }

    private static func escaped(_ text: String) -> String {
        var output = ""
        for character in text {
            switch character {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            default: output.append(character)
            }
        }
        return output
    }
}
