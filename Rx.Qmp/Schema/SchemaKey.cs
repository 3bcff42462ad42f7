namespace Rx.Qmp;

/// <summary>What two servers with one schema have in common.</summary>
/// <param name="Version">The version.</param>
/// <param name="Package">The packager's version.</param>
/// <param name="Target">The processor it emulates; "none" for a storage daemon.</param>
internal readonly record struct SchemaKey(QmpVersion Version, string Package, string Target);
