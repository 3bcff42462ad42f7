using System.Text;

namespace Rx.Vm.Images.Boot;

/// <summary>
/// Writes the archive format the kernel unpacks as its first root: SVR4 cpio without checksums, "newc". Owner is always root, times are
/// zero and inode numbers count up, so equal entries give equal bytes.
/// </summary>
internal sealed class CpioWriter(Stream target)
{
    private const int HeaderBytes = 110;
    private const uint Directory = 0x4000;
    private const uint RegularFile = 0x8000;
    private const uint CharacterDevice = 0x2000;
    private const string TrailerName = "TRAILER!!!";
    private uint _inode;

    /// <summary>Adds a directory; parents come first.</summary>
    public void AddDirectory(string path, uint permissions) => Write(path, Directory | permissions, 0, 0, 0, []);

    /// <summary>Adds a file.</summary>
    public void AddFile(string path, uint permissions, ReadOnlySpan<byte> content) =>
        Write(path, RegularFile | permissions, 0, 0, 0, content);

    /// <summary>Adds a character device node.</summary>
    public void AddCharacterDevice(string path, uint permissions, uint major, uint minor) =>
        Write(path, CharacterDevice | permissions, major, minor, 0, []);

    /// <summary>Ends the archive.</summary>
    public void Finish()
    {
        _inode = uint.MaxValue;
        Write(TrailerName, 0, 0, 0, 0, []);
    }

    private void Write(string path, uint mode, uint major, uint minor, uint time, ReadOnlySpan<byte> content)
    {
        // The kernel unpacks relative to "/"; a leading slash or "./" would only be noise.
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path[0] == '/' || path.Contains('\0'))
        {
            throw new ArgumentException($"'{path}' is not a relative path.", nameof(path));
        }

        var name = Encoding.UTF8.GetBytes(path);
        var links = mode == 0 || (mode & 0xf000) != Directory ? 1u : 2u;
        ReadOnlySpan<uint> fields =
        [
            unchecked(++_inode), mode, 0, 0, links, time, (uint)content.Length, 0, 0, major, minor, (uint)name.Length + 1, 0,
        ];
        var header = new StringBuilder("070701", HeaderBytes);
        foreach (var field in fields)
        {
            header.Append($"{field:x8}");
        }

        target.Write(Encoding.ASCII.GetBytes(header.ToString()));
        target.Write(name);
        target.WriteByte(0);
        Pad(HeaderBytes + name.Length + 1);
        target.Write(content);
        Pad(content.Length);
    }

    // Header with name, and content, each end on a multiple of four.
    private void Pad(int length)
    {
        for (var i = length; i % 4 != 0; i++)
        {
            target.WriteByte(0);
        }
    }
}
