using Rx.Vm.Images;
using Rx.Vm.Images.Archives;

namespace Rx.Vm.Tests.Images.Archives;

/// <summary>
/// Damaged archives of every dialect: the importer refuses them in its own words, or makes of them what GNU tar makes of them, or remarks on
/// it. It never crashes, hangs, or leaves anything out without a word.
/// </summary>
[Slow]
public sealed class ArchiveDamageTests(ITestOutputHelper output) : IDisposable
{
    private readonly ArchiveFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Damage_is_refused_in_one_line_or_read_and_nothing_else()
    {
        var random = new Random(Seeds.Of(61));
        var (read, refused) = (0, 0);
        for (var round = 0; round < 1500; round++)
        {
            var (damaged, what) = ArchiveDamage.Of(Archive(round), random);
            try
            {
                await ArchiveImage.ScanAsync(_fixture.Write(damaged), "archive", _fixture.Store.Options, StoreFixture.Token);
                read++;
            }
            catch (ImageException refusal)
            {
                Assert.DoesNotContain(refusal.Message, char.IsControl);
                refused++;
            }
            catch (Exception fault)
            {
                Assert.Fail($"round {round}, {what}: {fault}");
            }

            _fixture.Forget();
        }

        output.WriteLine($"{read} read, {refused} refused");
        Assert.True(read > 100 && refused > 500, $"{read} read, {refused} refused");
    }

    [Fact]
    public async Task What_is_imported_of_a_damaged_archive_is_what_GNU_tar_unpacks_or_is_remarked_on()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "owners and devices can only be unpacked by root");
        var random = new Random(Seeds.Of(62));
        var (same, remarked) = (0, 0);
        for (var round = 0; same + remarked < 40; round++)
        {
            var (damaged, what) = ArchiveDamage.Of(Archive(round), random);
            RootFileSystem image;
            try
            {
                image = await _fixture.ImportAsync(damaged);
            }
            catch (ImageException)
            {
                continue;
            }

            var actual = _fixture.Tree(image);
            var (code, expected, words) = _fixture.TryGnuTar(_fixture.Write(damaged));
            if (code == 0 && expected.SequenceEqual(actual))
            {
                same++;
                continue;
            }

            Assert.True(
                !image.Remarks.IsEmpty,
                $"round {round}, {what}: nothing is remarked; GNU tar ends with {code}: {words}\nonly GNU tar\n{string.Join('\n', expected.Except(actual))}\n"
                + $"only the image\n{string.Join('\n', actual.Except(expected))}");
            remarked++;
        }

        output.WriteLine($"{same} as GNU tar has them, {remarked} with remarks");
        Assert.True(same > 10);
    }

    /// <summary>Eight archives of mixed dialects, small enough that damage hits headers.</summary>
    private static byte[] Archive(int round) => Archives[round % Archives.Length];

    private static readonly byte[][] Archives = [.. Enumerable.Range(2000, 8).Select(seed => new RandomArchive(seed).Make(25))];
}
