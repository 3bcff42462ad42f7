using System.ComponentModel;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Rx.Qmp.Wire;
using F = Rx.Qmp.QmpConnectFailure;

namespace Rx.Qmp.Tests.Wire;

/// <summary>From the system's numbers to .NET's errors, and from those to QMP's: every one of them.</summary>
public sealed class SocketErrorTests
{
    private static readonly Dictionary<int, SocketError> Named = new()
    {
        [1] = SocketError.AccessDenied,
        [11] = SocketError.WouldBlock,
        [13] = SocketError.AccessDenied,
        [23] = SocketError.TooManyOpenSockets,
        [24] = SocketError.TooManyOpenSockets,
        [32] = SocketError.Shutdown,
        [93] = SocketError.ProtocolNotSupported,
        [94] = SocketError.SocketNotSupported,
        [97] = SocketError.AddressFamilyNotSupported,
        [104] = SocketError.ConnectionReset,
        [105] = SocketError.NoBufferSpaceAvailable,
    };

    private static readonly Dictionary<SocketError, F> Failures = new()
    {
        [SocketError.ConnectionRefused] = F.Refused,
        [SocketError.WouldBlock] = F.Busy,
        [SocketError.AccessDenied] = F.AccessDenied,
        [SocketError.HostNotFound] = F.HostUnknown,
        [SocketError.NoData] = F.HostUnknown,
        [SocketError.TryAgain] = F.HostUnknown,
        [SocketError.HostUnreachable] = F.Unreachable,
        [SocketError.HostDown] = F.Unreachable,
        [SocketError.NetworkUnreachable] = F.Unreachable,
        [SocketError.NetworkDown] = F.Unreachable,
        [SocketError.AddressFamilyNotSupported] = F.Unsupported,
        [SocketError.ProtocolFamilyNotSupported] = F.Unsupported,
        [SocketError.ProtocolNotSupported] = F.Unsupported,
        [SocketError.SocketNotSupported] = F.Unsupported,
        [SocketError.TimedOut] = F.TimedOut,
        [SocketError.AddressNotAvailable] = F.Missing,
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Each_number_of_the_system_has_its_error_and_its_words()
    {
        foreach (var number in Enumerable.Range(0, 134))
        {
            var fault = Errno.ToSocketException(number);
            Assert.Equal((number, Named.GetValueOrDefault(number, SocketError.SocketError)), (number, fault.SocketErrorCode));
            Assert.StartsWith(new Win32Exception(number).Message, fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Each_error_of_a_socket_is_a_failure_to_connect() => Assert.All(
        Enum.GetValues<SocketError>(),
        error => Assert.Equal(Failures.GetValueOrDefault(error, F.Other), SocketFailures.Classify(new SocketException((int)error))));

    [Fact]
    public async Task A_path_that_leads_nowhere_is_missing()
    {
        var home = Directory.CreateTempSubdirectory("rxqmp-");
        try
        {
            var fault = await Assert.ThrowsAsync<QmpConnectException>(
                () => UnixSocket.ConnectAsync(Path.Combine(home.FullName, "qmp"), "there", Token).AsTask());
            Assert.Equal((F.Missing, true), (fault.Failure, fault.Message.Contains("there", StringComparison.Ordinal)));
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(107, F.Missing)]
    [InlineData(108, F.PathTooLong)]
    public async Task A_path_may_have_107_bytes_of_utf8(int bytes, F failure)
    {
        // Each of these characters takes two.
        var path = "/no-such-rxqmp/".PadRight((bytes % 2) + 22, 'x') + new string('ü', (bytes - 22) / 2);
        Assert.Equal(bytes, System.Text.Encoding.UTF8.GetByteCount(path));
        var fault = await Assert.ThrowsAsync<QmpConnectException>(() => UnixSocket.ConnectAsync(path, "there", Token).AsTask());
        Assert.Equal(failure, fault.Failure);
    }

    [Fact]
    public void A_file_is_flushed_and_what_cannot_be_says_so()
    {
        var path = Path.GetTempFileName();
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
            DiskFile.Flush(file);
            using var device = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
            var fault = Assert.Throws<IOException>(() => DiskFile.Flush(device));
            Assert.Equal(22, Assert.IsType<Win32Exception>(fault.InnerException).NativeErrorCode);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
