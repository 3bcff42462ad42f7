namespace Rx.Vm.Images;

/// <summary>
/// Makes squashfs files with Debian's squashfs-tools. A tar archive is streamed into <c>sqfstar</c>: nothing is ever unpacked on the
/// host, so names and links in it can do no harm there (S15), and owners are kept without privilege.
/// </summary>
internal static class SquashfsBuilder
{
    /// <summary>Goes into cache keys: raise it when the arguments change what is built.</summary>
    public const string FormatVersion = "squashfs-3";

    private const string Package = "squashfs-tools";

    /// <summary>Builds into a new file; the caller removes it on failure.</summary>
    public static async Task BuildAsync(
        ImageSource source, string subject, string target, ImageStoreOptions options, CancellationToken ct)
    {
        var result = source.IsDirectory
            ? await ToolProcess.RunAsync(
                options.MksquashfsPath, Package, subject, [source.Path, target, .. Arguments(options), "-noappend", "-exit-on-error"],
                feed: null, ct).ConfigureAwait(false)
            : await ToolProcess.RunAsync(
                options.SqfstarPath, Package, subject, [.. Arguments(options), target],
                (stdin, token) => TarStream.CopyAsync(source.Path, subject, stdin, options.MaxImageBytes, token),
                ct).ConfigureAwait(false);
        if (result.ExitCode != 0 || !File.Exists(target))
        {
            var full = result.LastWords.Contains("No space left on device", StringComparison.Ordinal);
            throw new ImageException(full ? ImageError.DiskFull : ImageError.BuildFailed, subject,
                $"The image '{subject}' could not be built (exit code {result.ExitCode}): {result.LastWords}");
        }

        try
        {
            SquashfsRoot.Normalize(target);
        }
        catch (InvalidDataException error)
        {
            throw new ImageException(ImageError.BuildFailed, subject,
                $"What was built from '{subject}' cannot be used: {error.Message}.", error);
        }
    }

    // File times are kept, since interpreters compare them with their caches; the two times that would come from the clock are not.
    // The root directory's mode is fixed: sqfstar's default is 0777, and a source directory is often 0700.
    private static IEnumerable<string> Arguments(ImageStoreOptions options)
    {
        string[] common =
        [
            "-no-progress", "-quiet", "-mkfs-time", "0", "-root-time", "0",
            "-root-mode", "755", "-root-uid", "0", "-root-gid", "0", "-mem", "256M",
        ];
        return options.Compression switch
        {
            ImageCompression.None => [.. common, "-comp", "lz4", "-noI", "-noD", "-noF", "-noX"],
            ImageCompression.Lz4 => [.. common, "-comp", "lz4", "-noI"],
        };
    }
}
