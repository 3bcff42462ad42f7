using System.Buffers.Binary;
using System.Net.Security;
using Rx.Qmp.Isolation;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Tests.Wire;

/// <summary>TLS in memory: how many records there are, and how many writes they are sent by.</summary>
public sealed class ByteRecordStreamTests : IDisposable
{
    private const int Header = 5;
    private const byte ApplicationData = 23;

    private readonly TestCertificates _certificates = new();

    public void Dispose() => _certificates.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task Every_byte_is_a_record_of_its_own_and_all_of_them_are_one_write()
    {
        var (writes, arrived) = await SendAsync("query-status"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal("query-status"u8, arrived);
        var write = Assert.Single(writes);
        Assert.Equal(12, Records(write));
    }

    [Fact(Timeout = 120_000)]
    public async Task Records_that_become_many_are_sent_piece_by_piece()
    {
        var bytes = new byte[5000];
        new Random(1).NextBytes(bytes);
        var (writes, arrived) = await SendAsync(bytes, TestContext.Current.CancellationToken);
        Assert.Equal(bytes, arrived);
        Assert.Equal(bytes.Length, writes.Sum(Records));
        var record = writes[^1].Length / Records(writes[^1]);
        Assert.Equal(2, writes.Count);
        Assert.InRange(writes[0].Length, 64 * 1024, (64 * 1024) + record - 1);
    }

    private static int Records(byte[] sent)
    {
        var count = 0;
        for (var at = 0; at < sent.Length; at += Header + BinaryPrimitives.ReadUInt16BigEndian(sent.AsSpan(at + 3)))
        {
            Assert.Equal(ApplicationData, sent[at]);
            count++;
        }

        return count;
    }

    /// <summary>What was written below TLS after the handshake, and what came out at the other end.</summary>
    private async Task<(List<byte[]> Writes, byte[] Arrived)> SendAsync(byte[] bytes, CancellationToken ct)
    {
        var (here, there) = DuplexStream.CreatePair(1 << 20);
        using var recorded = new Recorded(here);
        await using var server = new SslStream(there);
        var accepting = server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificates.Server }, ct);
        await using var client = await TlsStream.ConnectAsync(
            recorded, new QmpTls { Authorities = [_certificates.Authority] }, "localhost", "here", ct);
        await accepting;
        recorded.Writes.Clear();
        await client.WriteAsync(bytes, ct);
        var arrived = new byte[bytes.Length];
        await server.ReadExactlyAsync(arrived, ct);
        return (recorded.Writes, arrived);
    }

    private sealed class Recorded(Stream inner) : DelegatingStream(inner)
    {
        public List<byte[]> Writes { get; } = [];

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes.Add(buffer.ToArray());
            return Inner.WriteAsync(buffer, cancellationToken);
        }
    }
}
