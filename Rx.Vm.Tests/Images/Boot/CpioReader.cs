using System.Globalization;
using System.Text;

namespace Rx.Vm.Tests.Images.Boot;

/// <summary>One entry as read back.</summary>
internal sealed record CpioEntry(string Name, uint Mode, uint Inode, uint Major, uint Minor, byte[] Content)
{
    public string Text => Encoding.UTF8.GetString(Content);
}

/// <summary>Reads a newc archive strictly, as the kernel does.</summary>
internal static class CpioReader
{
    public static IReadOnlyList<CpioEntry> Read(byte[] archive)
    {
        var entries = new List<CpioEntry>();
        var position = 0;
        while (true)
        {
            var header = Encoding.ASCII.GetString(archive, position, 110);
            Assert.StartsWith("070701", header);
            var fields = Enumerable.Range(0, 13)
                .Select(i => uint.Parse(header.AsSpan(6 + (i * 8), 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
            var (size, nameBytes) = ((int)fields[6], (int)fields[11]);
            var name = Encoding.UTF8.GetString(archive, position + 110, nameBytes - 1);
            Assert.Equal(0, archive[position + 110 + nameBytes - 1]);
            Assert.All(new[] { fields[2], fields[3], fields[5], fields[12] }, zero => Assert.Equal(0u, zero));
            var start = Align(position + 110 + nameBytes);
            position = Align(start + size);
            if (name == "TRAILER!!!")
            {
                Assert.Equal(archive.Length, position);
                return entries;
            }

            entries.Add(new CpioEntry(name, fields[1], fields[0], fields[9], fields[10], archive[start..(start + size)]));
        }
    }

    private static int Align(int position) => (position + 3) & ~3;
}
