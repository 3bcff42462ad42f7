using Rx.Qmp.Generator.Model;

namespace Rx.Qmp.Tests.Protocol;

/// <summary>What a QEMU 7.2 said about itself, as kept in the repository.</summary>
internal static class RecordedSchema
{
    public const string Path = "Rx.Qmp/Schema/qemu-7.2.json";

    public static SchemaDocument Document { get; } = SchemaDocument.Parse(System.Text.Encoding.UTF8.GetBytes(Snapshot.Read(Path)));

    public static TypeCatalog Catalog { get; } = new(Document, new NameTable(Document, NameTable.Embedded()));
}
