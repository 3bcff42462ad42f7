using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Reactive.Concurrency;
using System.Text;
using Rx.Vm.Images;

namespace Rx.Vm.Tests.Images;

/// <summary>A store in a directory of its own, a clock for its limits, and the means to look into what it made.</summary>
internal sealed class StoreFixture : IDisposable
{
    public StoreFixture() => Options = new ImageStoreOptions { Directory = Files["store"], Sources = ImageSourcePolicy.HostPaths };

    public TemporaryDirectory Files { get; } = new();

    public HistoricalScheduler Clock { get; } = new();

    public ImageStoreOptions Options { get; set; }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public ImageStore Open() => new(Options, Clock);

    /// <summary>A store whose tools do not exist: what it resolves was in the cache.</summary>
    public ImageStore OpenWithoutTools() =>
        new(Options with { SqfstarPath = "/nonexistent/sqfstar" }, Clock);

    /// <summary>A small tree with what matters: modes, a link, a folder, several sizes.</summary>
    public string Tree()
    {
        if (Directory.Exists(Files["tree"]))
        {
            // Written once: every further archive of it shall have the same times.
            return Files["tree"];
        }

        Files.Write("tree/bin/tool", new string('#', 300_000));
        Files.Write("tree/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
        Directory.CreateDirectory(Files["tree/tmp"]);
        File.SetUnixFileMode(Files["tree/bin/tool"], (UnixFileMode)0x1ed);
        File.SetUnixFileMode(Files["tree/tmp"], (UnixFileMode)0x3ff);
        File.CreateSymbolicLink(Files["tree/bin/link"], "tool");
        return Files["tree"];
    }

    /// <summary>The tree as an archive, owned by root, with a folder for every file.</summary>
    public string Tar(TarEntryFormat format = TarEntryFormat.Pax)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, format, leaveOpen: true))
        {
            var tree = Tree();
            foreach (var path in Directory.EnumerateFileSystemEntries(tree, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                writer.WriteEntry(path, path[(tree.Length + 1)..]);
            }
        }

        return Files.Write($"{format}.tar", stream.ToArray());
    }

    public string Gzip(string path)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(File.ReadAllBytes(path));
        }

        return Files.Write(Path.GetFileName(path) + ".gz", stream.ToArray());
    }

    /// <summary>An archive of one-byte files with names as given, not as sane.</summary>
    public string TarOf(params (string Name, TarEntryType Type, string Link)[] entries)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (name, type, link) in entries)
            {
                var entry = new PaxTarEntry(type, name);
                if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
                {
                    entry.LinkName = link;
                }
                else if (type is TarEntryType.RegularFile)
                {
                    entry.DataStream = new MemoryStream("x"u8.ToArray());
                }

                writer.WriteEntry(entry);
            }
        }

        return Files.Write("made.tar", stream.ToArray());
    }

    /// <summary>What unsquashfs lists, without its first line.</summary>
    public static string List(RootFileSystem image) => Run("unsquashfs", "-d", "", "-llnumeric", image.Path);

    public static string Read(RootFileSystem image, string path) => Run("unsquashfs", "-cat", image.Path, path);

    public IEnumerable<string> Temporaries() => Directory.EnumerateFiles(Files["store/tmp"]);

    /// <summary>Programs that still run with a path of this test among their arguments.</summary>
    public IEnumerable<string> Survivors() =>
        from directory in Directory.EnumerateDirectories("/proc")
        where char.IsAsciiDigit(Path.GetFileName(directory)[0])
        let arguments = Arguments(directory)
        where arguments.Contains(Files["store/tmp"], StringComparison.Ordinal)
        select arguments;

    public void Dispose() => Files.Dispose();

    private static string Arguments(string directory)
    {
        try
        {
            return File.ReadAllText(Path.Combine(directory, "cmdline"));
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
