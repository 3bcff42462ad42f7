using System.Security.Cryptography;

namespace Rx.Qmp;

/// <summary>
/// The file a saving writes to until it is complete, beside the final one and under a name of chance: a killed process leaves its part behind,
/// and in a container the next one has the same number. It is locked while anybody lives who may write to it, QEMU included, so that one
/// left behind can be told, and the next saving to that path sweeps it.
/// </summary>
internal static class PartFile
{
    private const string Mark = ".rx-save-";
    private const int ChanceBytes = 8;

    /// <summary>Makes one, readable by its user only: it will hold the guest's memory, and whatever secrets are in there.</summary>
    /// <param name="path">The final path.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static FileStream Make(string path)
    {
        SweepLeft(path);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path + Mark + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(ChanceBytes)), options);
    }

    private static void SweepLeft(string path)
    {
        var final = Path.GetFullPath(path);
        try
        {
            foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(final) ?? final))
            {
                if (file.StartsWith(final + Mark, StringComparison.Ordinal) && IsLeft(file))
                {
                    File.Delete(file);
                }
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Somebody else's to remove; what is wrong with the place itself the making will say.
        }
    }

    private static bool IsLeft(string part)
    {
        try
        {
            using var locked = new FileStream(part, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // In use, or not ours.
            return false;
        }
    }
}
