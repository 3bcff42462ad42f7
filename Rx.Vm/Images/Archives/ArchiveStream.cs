using Rx.Vm.Native;

namespace Rx.Vm.Images.Archives;

/// <summary>Opens an archive, decompressing it by the usual programs, and tells early and clearly what is none.</summary>
internal static class ArchiveStream
{
    private const int BufferBytes = 128 * 1024;

    private static readonly (byte[] Magic, string Program, string Package)[] Compressions =
    [
        ([0x1f, 0x8b], "gzip", "gzip"),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], "xz", "xz-utils"),
        ([0x28, 0xb5, 0x2f, 0xfd], "zstd", "zstd"),
        ([0x42, 0x5a, 0x68], "bzip2", "bzip2"),
    ];

    private static readonly (byte[] Magic, string Name)[] ForeignFormats =
    [
        ([0x1f, 0x9d], "a file compressed by 'compress'"),
        ([0x4c, 0x5a, 0x49, 0x50], "a file compressed by lzip"),
        ([0x04, 0x22, 0x4d, 0x18], "a file compressed by lz4"),
        ([0x5d, 0x00, 0x00], "a file compressed by lzma"),
        ([0x50, 0x4b, 0x03, 0x04], "a zip archive"),
        ([0x37, 0x7a, 0xbc, 0xaf], "a 7z archive"),
        ([0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e], "an ar archive or a Debian package"),
        ([0x30, 0x37, 0x30, 0x37, 0x30], "a cpio archive"),
        ([0x68, 0x73, 0x71, 0x73], "a squashfs file system"),
        ([0x51, 0x46, 0x49, 0xfb], "a qcow2 disk image"),
    ];

    /// <summary>Has the plain tar stream of an archive read.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="errors">Words its complaints.</param>
    /// <param name="read">Reads the stream to its end, or fails.</param>
    /// <param name="remarks">Takes what a program said besides.</param>
    /// <param name="ct">Ends the reading; a program is killed.</param>
    /// <exception cref="ImageException">It is of a form that is not read, or damaged.</exception>
    public static async Task ReadAsync(
        string path, ArchiveErrors errors, Func<Stream, CancellationToken, Task> read, ArchiveRemarks remarks, CancellationToken ct)
    {
        await using var file = Open(path, errors);
        var head = new byte[16];
        var length = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        file.Position = 0;
        foreach (var (magic, program, package) in Compressions)
        {
            if (head.AsSpan(0, length).StartsWith(magic))
            {
                await DecompressAsync(file, new ToolCommand(program, package, errors.Subject, ["-dc"]), errors, read, remarks, ct)
                    .ConfigureAwait(false);
                return;
            }
        }

        foreach (var (magic, name) in ForeignFormats)
        {
            if (head.AsSpan(0, length).StartsWith(magic))
            {
                throw errors.NotAnArchive($"it is {name}");
            }
        }

        await read(file, ct).ConfigureAwait(false);
    }

    // What was a file when it was looked at may be a pipe by now, which would not open before somebody writes to it.
    private static FileStream Open(string path, ArchiveErrors errors)
    {
        var handle = BytePaths.OpenForRead(ByteText.From(System.Text.Encoding.UTF8.GetBytes(path)));
        if (PosixFiles.Stamp(handle, path).IsFile)
        {
            return new FileStream(handle, FileAccess.Read, BufferBytes);
        }

        handle.Dispose();
        throw errors.Changed();
    }

    // The library's own gzip stream takes a file that was cut for a whole one; the programs don't.
    private static async Task DecompressAsync(
        FileStream file, ToolCommand command, ArchiveErrors errors, Func<Stream, CancellationToken, Task> read, ArchiveRemarks remarks,
        CancellationToken ct)
    {
        ImageException? complaint = null;
        var result = await ToolProcess.RunAsync(command, (input, token) => file.CopyToAsync(input, BufferBytes, token), async (output, token) =>
        {
            try
            {
                await read(output, token).ConfigureAwait(false);
            }
            catch (ImageException error) when (error.Error == ImageError.NotAnArchive)
            {
                complaint = error;
                if (await output.ReadAsync(new byte[1], token).ConfigureAwait(false) != 0)
                {
                    throw;
                }

                // An archive that is too short: perhaps the program knows why.
            }
        }, ct).ConfigureAwait(false);

        // With 2 gzip and xz say that they only had something to remark.
        if (result.ExitCode is not 0 && !(result.ExitCode == 2 && command.Program is "gzip" or "xz"))
        {
            throw errors.NotAnArchive($"{command.Program} says '{result.LastWords}'");
        }

        if (complaint is not null)
        {
            throw complaint;
        }

        remarks.Said(command.Program, result);
    }
}
