using System.Globalization;
using System.Net.Sockets;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Tests.Wire;

/// <summary>Whose file it is, by what the kernel says about it.</summary>
public sealed class UnixSocketFileTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("rxqmp-");
    private readonly List<Socket> _sockets = [];

    public UnixSocketFileTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "statx is Linux's");

    private string SocketPath => Path.Combine(_home.FullName, "qmp");

    public void Dispose()
    {
        _sockets.ForEach(s => s.Dispose());
        _home.Delete(recursive: true);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(511)]
    public void A_socket_is_one_whatever_its_permissions_are(int permissions)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(SocketPath));
        File.SetUnixFileMode(SocketPath, (UnixFileMode)permissions);
        Assert.True(FileIdentity.Read(SocketPath).IsSocket);
        Assert.Equal(FileIdentity.Read(SocketPath), FileIdentity.Read(Path.GetRelativePath(Environment.CurrentDirectory, SocketPath)));
        Assert.False(FileIdentity.Read("/proc").IsSocket);
    }

    [Fact]
    public void A_file_is_its_device_its_number_and_its_kind()
    {
        // "36 35 0:23 / /proc …": the top of /proc is its first file.
        var numbers = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).Last(words => words[4] == "/proc")[2].Split(':')
            .Select(number => ulong.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(new FileIdentity(numbers[0] | (numbers[1] << 32), 1, 0x4000), FileIdentity.Read("/proc"));
    }

    [Fact]
    public void Files_are_told_apart_and_one_stays_itself_under_another_name_and_mode()
    {
        var (one, two, link) = (Path.Combine(_home.FullName, "one"), Path.Combine(_home.FullName, "two"), Path.Combine(_home.FullName, "link"));
        File.WriteAllText(one, "");
        File.WriteAllText(two, "");
        File.CreateSymbolicLink(link, one);
        var identity = FileIdentity.Read(one);
        Assert.Equal((0x8000, false), (identity.Mode, identity.IsSocket));
        Assert.NotEqual(identity, FileIdentity.Read(two));
        Assert.Equal(0xA000, FileIdentity.Read(link).Mode);
        File.SetUnixFileMode(one, UnixFileMode.UserRead);
        File.Move(one, one + "-moved");
        Assert.Equal(identity, FileIdentity.Read(one + "-moved"));
        Assert.Equal(default, FileIdentity.Read(one));
    }

    [Fact]
    public void A_bound_socket_is_its_owners_and_goes_with_the_last_word()
    {
        var file = Bind(SocketPath)!;
        var identity = FileIdentity.Read(SocketPath);
        Assert.Equal((0xC000, true), (identity.Mode, identity.IsSocket));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SocketPath));
        file.Remove();
        Assert.False(File.Exists(SocketPath));
        file.Remove();
    }

    [Theory]
    [InlineData(107)]
    [InlineData(108)]
    public void A_path_may_have_107_bytes_of_utf8(int bytes)
    {
        var path = Path.Combine(_home.FullName, "ü").PadRight(bytes - 1, 'x');
        Assert.Equal(bytes, System.Text.Encoding.UTF8.GetByteCount(path));
        if (bytes > UnixSocket.MaxPathBytes)
        {
            var fault = Assert.Throws<QmpListenException>(() => Bind(path));
            Assert.Equal((QmpListenFailure.PathTooLong, "here"), (fault.Failure, fault.Address));
            return;
        }

        Bind(path)!.Remove();
        Assert.Empty(_home.GetFileSystemInfos());
    }

    [Fact]
    public void A_dead_socket_gives_way_and_what_lives_or_is_none_does_not()
    {
        Bind(SocketPath);
        var dead = FileIdentity.Read(SocketPath);
        Assert.NotNull(Bind(SocketPath));
        Assert.NotEqual(default, FileIdentity.Read(SocketPath));
        _sockets[^1].Listen(1);
        var alive = FileIdentity.Read(SocketPath);
        Assert.Equal(QmpListenFailure.InUse, Assert.Throws<QmpListenException>(() => Bind(SocketPath)).Failure);
        Assert.Equal(alive, FileIdentity.Read(SocketPath));
        Assert.True(dead.IsSocket);

        var plain = Path.Combine(_home.FullName, "plain");
        File.WriteAllText(plain, "precious");
        Assert.Equal(QmpListenFailure.NotASocket, Assert.Throws<QmpListenException>(() => Bind(plain)).Failure);
        Assert.Equal("precious", File.ReadAllText(plain));
    }

    [Fact]
    public void Anything_else_that_is_wrong_is_not_taken_for_a_dead_socket()
    {
        var fault = Assert.Throws<SocketException>(() => Bind(Path.Combine(_home.FullName, "missing", "qmp")));
        Assert.NotEqual(SocketError.AddressAlreadyInUse, fault.SocketErrorCode);
    }

    [Fact]
    public void In_the_abstract_space_there_is_no_file() => Assert.Null(Bind("\0" + SocketPath));

    private UnixSocketFile? Bind(string path)
    {
        _sockets.Add(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
        return UnixSocketFile.Bind(_sockets[^1], path, "here");
    }
}
