using System.Collections.Frozen;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Rx.Qmp.Generator;

/// <summary>The names of .NET's own public types in the namespaces that code around QMP imports: a generated type of one of them would make
/// that name ambiguous in the user's file.</summary>
internal static class PlatformNames
{
    private static readonly string[] Imported =
    [
        "System", "System.Collections", "System.Collections.Concurrent", "System.Collections.Frozen", "System.Collections.Generic",
        "System.Collections.Immutable", "System.ComponentModel", "System.Diagnostics", "System.Globalization", "System.IO",
        "System.IO.Compression", "System.IO.Pipelines", "System.IO.Pipes", "System.Linq", "System.Net", "System.Net.Http",
        "System.Net.NetworkInformation", "System.Net.Security", "System.Net.Sockets", "System.Numerics", "System.Reflection",
        "System.Runtime.CompilerServices", "System.Runtime.InteropServices", "System.Security", "System.Security.Cryptography",
        "System.Text", "System.Text.Json", "System.Text.Json.Nodes", "System.Text.Json.Serialization", "System.Text.RegularExpressions",
        "System.Threading", "System.Threading.Channels", "System.Threading.Tasks", "System.Timers",
    ];

    /// <summary>Name and namespace, of the .NET that this runs on.</summary>
    public static FrozenDictionary<string, string> All { get; } = Read();

    private static FrozenDictionary<string, string> Read()
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var imported = Imported.ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "System*.dll"))
        {
            using var assembly = new PEReader(File.OpenRead(file));
            if (assembly.HasMetadata)
            {
                Add(found, imported, assembly.GetMetadataReader());
            }
        }

        return found.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static void Add(Dictionary<string, string> found, HashSet<string> imported, MetadataReader metadata)
    {
        foreach (var handle in metadata.TypeDefinitions)
        {
            var type = metadata.GetTypeDefinition(handle);
            var around = metadata.GetString(type.Namespace);
            var isPublic = (type.Attributes & System.Reflection.TypeAttributes.VisibilityMask) == System.Reflection.TypeAttributes.Public;
            if (isPublic && imported.Contains(around))
            {
                // Generic ones differ by their number of parameters only; the compiler tells those apart, people do not.
                found.TryAdd(metadata.GetString(type.Name).Split('`')[0], around);
            }
        }
    }
}
