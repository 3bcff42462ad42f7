using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace Rx.Vm.Tests.Packages;

/// <summary>A package as a feed holds it: a zip file with a description and the files.</summary>
internal sealed class Nupkg
{
    private static readonly Guid SourceLinkKind = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    private readonly Dictionary<string, byte[]> _files = [];
    private readonly XElement _about;

    public Nupkg(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        foreach (var entry in archive.Entries)
        {
            using var content = new MemoryStream();
            using var stream = entry.Open();
            stream.CopyTo(content);
            _files[entry.FullName] = content.ToArray();
        }

        var description = _files.Single(file => file.Key.EndsWith(".nuspec", StringComparison.Ordinal)).Value;
        var package = XElement.Load(new MemoryStream(description));
        _about = package.Element(package.Name.Namespace + "metadata")!;
    }

    public string Id => this["id"];

    /// <summary>What the package says of itself under that name.</summary>
    public string this[string name] => Element(name)?.Value ?? "";

    /// <summary>The repository it was built from.</summary>
    public (string Url, string Commit) Repository => (Attribute("repository", "url"), Attribute("repository", "commit"));

    public string PackageType => Element("packageTypes")?.Elements().Single().Attribute("name")!.Value ?? "Dependency";

    /// <summary>Each as "framework: id version".</summary>
    public IEnumerable<string> Dependencies =>
        from @group in Element("dependencies")?.Elements() ?? []
        from dependency in @group.Elements()
        select $"{@group.Attribute("targetFramework")?.Value}: {dependency.Attribute("id")!.Value} {dependency.Attribute("version")!.Value}";

    /// <summary>What is in it, apart from the wrapping.</summary>
    public IEnumerable<string> Files => _files.Keys
        .Where(name => name != "[Content_Types].xml" && !name.StartsWith("_rels/", StringComparison.Ordinal)
            && !name.StartsWith("package/", StringComparison.Ordinal) && !name.EndsWith(".nuspec", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    public byte[] Read(string file) => _files[file];

    /// <summary>The assemblies that were compiled for it, or for the packages it stands on, by us.</summary>
    public IEnumerable<string> OwnAssemblies => Files.Where(file => file.EndsWith(".dll", StringComparison.Ordinal)
        && Path.GetFileName(file) is var name
        && (name.StartsWith("Rx.", StringComparison.Ordinal) || name is "rxvm.dll" or "DynamicData.dll" or "Microsoft.Reactive.Testing.dll"));

    /// <summary>The paths of the sources of an assembly, as its symbols have them, and where a debugger finds them.</summary>
    public (IReadOnlyList<string> Sources, IReadOnlyDictionary<string, string> Links) SymbolsOf(string assembly)
    {
        using var file = new PEReader(new MemoryStream(Read(assembly)));
        var embedded = file.ReadDebugDirectory().Single(entry => entry.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
        using var symbols = file.ReadEmbeddedPortablePdbDebugDirectoryData(embedded);
        var reader = symbols.GetMetadataReader();
        var links = reader.GetCustomDebugInformation(EntityHandle.ModuleDefinition)
            .Select(reader.GetCustomDebugInformation)
            .Where(information => reader.GetGuid(information.Kind) == SourceLinkKind)
            .Select(information => Encoding.UTF8.GetString(reader.GetBlobBytes(information.Value)))
            .Single();
        using var map = JsonDocument.Parse(links);
        return (
            [.. reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name))],
            map.RootElement.GetProperty("documents").EnumerateObject().ToDictionary(link => link.Name, link => link.Value.GetString()!));
    }

    private XElement? Element(string name) => _about.Element(_about.Name.Namespace + name);

    private string Attribute(string element, string name) => Element(element)?.Attribute(name)?.Value ?? "";
}
