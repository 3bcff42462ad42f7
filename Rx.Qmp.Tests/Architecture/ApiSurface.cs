using System.Reflection;
using PublicApiGenerator;

namespace Rx.Qmp.Tests.Architecture;

/// <summary>The public surface of a library, kept as text: a change of it is a decision, seen in review.</summary>
internal static class ApiSurface
{
    /// <summary>Asserts that the surface is the one in <paramref name="folder"/>.</summary>
    public static void AssertReviewed(Assembly assembly, string folder)
    {
        var api = assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false });
        Snapshot.AssertFile($"{folder}/{assembly.GetName().Name}.api.txt", api.ReplaceLineEndings("\n") + "\n");
    }
}
