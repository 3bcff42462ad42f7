namespace Rx.Vm.Tests.Images.Archives;

/// <summary>
/// Whatever GNU tar unpacks is what an image holds: names, types, permissions, owners, times, links, numbers of names, devices and contents.
/// </summary>
[Slow]
public sealed class GnuTarComparisonTests : IDisposable
{
    private readonly ArchiveFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(12, 1000)]
    public async Task Random_archives_of_mixed_dialects_become_what_GNU_tar_unpacks(int archives, int firstSeed)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "owners and devices can only be unpacked by root");
        for (var seed = firstSeed; seed < firstSeed + archives; seed++)
        {
            var archive = new RandomArchive(seed).Make(70);
            var expected = _fixture.TreeOfGnuTar(_fixture.Write(archive));
            var image = await _fixture.ImportAsync(archive);
            var actual = _fixture.Tree(image);
            Assert.True(
                expected.SequenceEqual(actual),
                $"seed {seed}: only GNU tar\n{string.Join('\n', expected.Except(actual))}\nonly the image\n{string.Join('\n', actual.Except(expected))}");
        }
    }
}
