/// This library's version.
public enum CascadeVersion {
    public static let current = "0.1.0"
}
