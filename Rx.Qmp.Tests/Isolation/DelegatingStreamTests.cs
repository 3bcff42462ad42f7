using System.Reactive.Concurrency;
using System.Reflection;
using Rx.Qmp.Isolation;
using Rx.Qmp.Wire;

namespace Rx.Qmp.Tests.Isolation;

/// <summary>A stream on top of another passes on whatever it is asked, in whichever of the many ways one can ask a stream.</summary>
public class DelegatingStreamTests
{
    private static readonly byte[] Seven = [7];

    /// <summary>What has nothing to pass on: no byte moves by it, or it is the second half of something that is here.</summary>
    private static readonly string[] Apart =
        ["Close", "CreateWaitHandle", "Dispose", "DisposeAsync", "EndRead", "EndWrite", "ObjectInvariant", "Seek", "SetLength"];

    private static readonly Dictionary<string, Func<Stream, Task>> Writes = new()
    {
        ["Write(Byte[], Int32, Int32)"] = stream => Now(() => stream.Write(Seven, 0, 1)),
        ["Write(ReadOnlySpan`1)"] = stream => Now(() => stream.Write(Seven.AsSpan())),
        ["WriteByte(Byte)"] = stream => Now(() => stream.WriteByte(7)),
        ["WriteAsync(Byte[], Int32, Int32, CancellationToken)"] = stream => stream.WriteAsync(Seven, 0, 1, CancellationToken.None),
        ["WriteAsync(ReadOnlyMemory`1, CancellationToken)"] = stream => stream.WriteAsync(Seven.AsMemory(), CancellationToken.None).AsTask(),
        ["BeginWrite(Byte[], Int32, Int32, AsyncCallback, Object)"] = stream =>
            Task.Factory.FromAsync(stream.BeginWrite, stream.EndWrite, Seven, 0, 1, null),
    };

    private static readonly Dictionary<string, Func<Stream, Task<int>>> Reads = new()
    {
        ["Read(Byte[], Int32, Int32)"] = stream => Into(room => Task.FromResult(stream.Read(room, 0, 1))),
        ["Read(Span`1)"] = stream => Into(room => Task.FromResult(stream.Read(room.AsSpan()))),
        ["ReadByte()"] = stream => Task.FromResult(stream.ReadByte()),
        ["ReadAsync(Byte[], Int32, Int32, CancellationToken)"] = stream => Into(room => stream.ReadAsync(room, 0, 1, CancellationToken.None)),
        ["ReadAsync(Memory`1, CancellationToken)"] = stream => Into(room => stream.ReadAsync(room.AsMemory(), CancellationToken.None).AsTask()),
        ["BeginRead(Byte[], Int32, Int32, AsyncCallback, Object)"] = stream =>
            Into(room => Task.Factory.FromAsync(stream.BeginRead, stream.EndRead, room, 0, 1, null)),
        ["CopyTo(Stream, Int32)"] = stream => Copied(copy => Now(() => stream.CopyTo(copy, 16))),
        ["CopyToAsync(Stream, Int32, CancellationToken)"] = stream => Copied(copy => stream.CopyToAsync(copy, 16, CancellationToken.None)),
    };

    private static readonly Dictionary<string, Func<Stream, Task>> Flushes = new()
    {
        ["Flush()"] = stream => Now(stream.Flush),
        ["FlushAsync(CancellationToken)"] = stream => stream.FlushAsync(CancellationToken.None),
    };

    private static readonly Dictionary<string, Func<Stream, Stream>> Wrappers = new()
    {
        ["nothing changed"] = inner => new Plain(inner),
        ["CorkedStream"] = inner => new CorkedStream(inner),
        ["ForeignStream"] = inner => new ForeignStream(inner, inline: false),
        ["ForeignStream, inline"] = inner => new ForeignStream(inner, inline: true),
        ["QmpRecordingStream"] = inner => QmpTranscript.Record(inner, new MemoryStream(), Scheduler.Immediate),
    };

    public static TheoryData<string> Kinds => [.. Wrappers.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Whatever_a_stream_can_be_asked_arrives_below(string kind)
    {
        foreach (var (name, write) in Writes)
        {
            var below = new Below([]);
            await write(Wrappers[kind](below));
            Assert.True(below.ToArray() is [7], $"{kind}, {name}");
        }

        foreach (var (name, read) in Reads)
        {
            Assert.True(await read(Wrappers[kind](new Below(Seven))) == 7, $"{kind}, {name}");
        }

        foreach (var (name, flush) in Flushes)
        {
            var below = new Below([]);
            await flush(Wrappers[kind](below));
            Assert.True(below.Flushes > 0, $"{kind}, {name}");
        }
    }

    [Fact]
    public void Whatever_of_a_stream_can_be_overridden_is_asked_for_here()
    {
        var virtuals = typeof(Stream).GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(method => method.IsVirtual && method.DeclaringType == typeof(Stream) && !method.IsSpecialName && !Apart.Contains(method.Name))
            .Where(method => method.IsPublic || method.IsFamily)
            .Select(method => $"{method.Name}({string.Join(", ", method.GetParameters().Select(parameter => parameter.ParameterType.Name))})");
        Assert.Equal(virtuals.Order(), Writes.Keys.Concat(Reads.Keys).Concat(Flushes.Keys).Order());
    }

    private static Task Now(Action call)
    {
        call();
        return Task.CompletedTask;
    }

    private static async Task<int> Into(Func<byte[], Task<int>> read)
    {
        var room = new byte[1];
        return await read(room) == 1 ? room[0] : -1;
    }

    private static async Task<int> Copied(Func<Stream, Task> copy)
    {
        var target = new MemoryStream();
        await copy(target);
        return target.ToArray() is [var only] ? only : -1;
    }

    private sealed class Plain(Stream inner) : DelegatingStream(inner);

    private sealed class Below : MemoryStream
    {
        public Below(byte[] content)
        {
            base.Write(content, 0, content.Length);
            Position = 0;
        }

        public int Flushes { get; private set; }

        public override void Flush() => Flushes++;

        public override Task FlushAsync(CancellationToken cancellationToken)
        {
            Flushes++;
            return Task.CompletedTask;
        }
    }
}
