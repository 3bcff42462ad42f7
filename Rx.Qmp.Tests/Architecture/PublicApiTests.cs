namespace Rx.Qmp.Tests.Architecture;

/// <summary>What users of the QMP packages can see, the generated types too: a member that a newer schema drops or renames shows here.</summary>
public class PublicApiTests
{
    private const string Folder = "Rx.Qmp.Tests/Architecture";

    [Fact]
    public void The_surface_of_RxQmp_is_the_reviewed_one() => ApiSurface.AssertReviewed(typeof(QmpClient).Assembly, Folder);

    [Fact]
    public void The_surface_of_RxQmpProtocol_is_the_reviewed_one() => ApiSurface.AssertReviewed(typeof(QmpValue).Assembly, Folder);

    [Fact]
    public void The_surface_of_RxQmpTesting_is_the_reviewed_one() => ApiSurface.AssertReviewed(typeof(FakeQmpServer).Assembly, Folder);
}
