using Rx.Vm.Images.Archives;

namespace Rx.Vm.Images;

/// <summary>
/// Makes squashfs files with Debian's squashfs-tools. Archive or folder, it is read here and streamed into <c>sqfstar</c> as the plainest tar
/// there is; nothing is ever unpacked on the host, so names and links can do no harm there, and owners are kept without privilege.
/// </summary>
internal static class SquashfsBuilder
{
    /// <summary>Goes into cache keys: raise it when something else is built of the same source.</summary>
    public const string FormatVersion = "squashfs-4";

    private const string Package = "squashfs-tools";
    private const int DefaultRootMode = 0x1ed;

    /// <summary>Builds into a new file; the caller removes it on failure.</summary>
    /// <returns>What is worth a word, in sentences that are safe to show.</returns>
    /// <exception cref="ImageException">The source cannot be made an image as it is.</exception>
    public static async Task<IReadOnlyList<string>> BuildAsync(
        ImageSource source, string subject, string target, ImageStoreOptions options, CancellationToken ct)
    {
        var content = await StoreErrors.OfSourceAsync<ImageContent>(subject, async () => source.IsDirectory
            ? DirectoryImage.Scan(source.Path, subject, options, ct)
            : await ArchiveImage.ScanAsync(source.Path, subject, options, ct).ConfigureAwait(false)).ConfigureAwait(false);
        var mode = Convert.ToString(content.Root?.Mode ?? DefaultRootMode, 8);
        var command = new ToolCommand(options.SqfstarPath, Package, subject, [.. Arguments(options), "-root-mode", mode, target]);
        var said = await RunAsync(
            command, target, (input, token) => StoreErrors.OfSourceAsync(subject, () => content.WriteAsync(input, token)), ct).ConfigureAwait(false);
        try
        {
            return [.. content.Remarks.Sentences, .. said, .. Complete(target, content, said)];
        }
        catch (InvalidDataException error)
        {
            throw new ImageException(ImageError.BuildFailed, subject,
                $"What was built from '{subject}' cannot be used: {error.Message}.", error);
        }
    }

    // Whatever the program left out, with a word or without, it left out of this number too.
    private static IEnumerable<string> Complete(string target, ImageContent content, IReadOnlyList<string> said)
    {
        if (SquashfsRoot.CountNodes(target) is var count && count != content.NodeCount)
        {
            throw new InvalidDataException($"it has {count} files instead of {content.NodeCount} {string.Join(' ', said)}");
        }

        var (uid, gid, time) = content.Root is { } root ? (root.Uid, root.Gid, ImageContent.Clamp(root.ModifiedSeconds)) : default;
        return SquashfsRoot.Describe(target, uid, gid, time)
            ? []
            : [$"The root itself does not belong to {uid}:{gid} as it should, since nothing else in it does."];
    }

    private static async Task<IReadOnlyList<string>> RunAsync(
        ToolCommand command, string target, Func<Stream, CancellationToken, Task> feed, CancellationToken ct)
    {
        var result = await ToolProcess.RunAsync(command, feed, read: null, ct).ConfigureAwait(false);
        if (result.ExitCode == 0 && File.Exists(target))
        {
            var remarks = new ArchiveRemarks();
            remarks.Said(Path.GetFileName(command.Program), result);
            return [.. remarks.Sentences];
        }

        var full = result.LastWords.Contains("No space left on device", StringComparison.Ordinal);
        throw new ImageException(full ? ImageError.DiskFull : ImageError.BuildFailed, command.Subject,
            $"The image '{command.Subject}' could not be built (exit code {result.ExitCode}): {result.LastWords}");
    }

    // File times are kept, since interpreters compare them with their caches; the two times that would come from the clock are not.
    private static IEnumerable<string> Arguments(ImageStoreOptions options)
    {
        string[] common = ["-no-progress", "-quiet", "-mkfs-time", "0", "-root-time", "0", "-mem", "256M"];
        return options.Compression switch
        {
            ImageCompression.None => [.. common, "-comp", "lz4", "-noI", "-noD", "-noF", "-noX"],
            ImageCompression.Lz4 => [.. common, "-comp", "lz4", "-noI"],
        };
    }
}
