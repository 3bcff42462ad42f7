using Rx.Qmp.Tests.Architecture;
using Rx.Vm.Testing;

namespace Rx.Vm.Tests.Architecture;

/// <summary>What users of the runtime's packages can see.</summary>
public class PublicApiTests
{
    private const string Folder = "Rx.Vm.Tests/Architecture";

    [Fact]
    public void The_surface_of_RxVm_is_the_reviewed_one() => ApiSurface.AssertReviewed(typeof(VmHost).Assembly, Folder);

    [Fact]
    public void The_surface_of_RxVmTesting_is_the_reviewed_one() => ApiSurface.AssertReviewed(typeof(Marble).Assembly, Folder);
}
