using System.Reflection;
using PublicApiGenerator;

namespace Rx.Vm.Tests.Architecture;

/// <summary>The public surface of both libraries, kept as text: a change of it is a decision, seen in review.</summary>
public class PublicApiTests
{
    [Fact]
    public void The_surface_of_RxVm_is_the_reviewed_one() => AssertSurface(typeof(VmHost).Assembly);

    [Fact]
    public void The_surface_of_RxQmp_is_the_reviewed_one() => AssertSurface(typeof(Rx.Qmp.QmpClient).Assembly);

    private static void AssertSurface(Assembly assembly)
    {
        // The stand-ins' surface is not ours to decide.
        var api = assembly.GeneratePublicApi(new ApiGeneratorOptions
        {
            IncludeAssemblyAttributes = false,
            // Nor are the generated types: Rx.Qmp/Protocol is compared with the generator instead.
            DenyNamespacePrefixes = ["DynamicData", "Microsoft.Reactive", "Rx.Qmp.Protocol"],
        });
        Snapshot.AssertFile($"Rx.Vm.Tests/Architecture/{assembly.GetName().Name}.api.txt", api.ReplaceLineEndings("\n") + "\n");
    }
}
