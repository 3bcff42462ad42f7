using System.IO.Pipes;
using System.Text;
using Rx.Vm.Cli.Streams;

namespace Rx.Vm.Tests.Cli;

/// <summary>The program's own words on a pipe that nobody reads.</summary>
public sealed class DetachedOutputTests : IDisposable
{
    private readonly AnonymousPipeServerStream _pipe = new(PipeDirection.In);
    private readonly DetachedOutput _output;

    public DetachedOutputTests() => _output = new DetachedOutput(
        new DescriptorOutput((int)_pipe.ClientSafePipeHandle.DangerousGetHandle()));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _pipe.DisposeLocalCopyOfClientHandle();
        _pipe.Dispose();
    }

    [Fact]
    public async Task Words_are_in_the_pipe_when_the_call_returns()
    {
        await Task.Yield();
        for (var i = 0; i < 1000; i++)
        {
            _output.Write([(byte)i]);
            Assert.True(_output.Written.IsCompleted);
            Assert.Equal((byte)i, _pipe.ReadByte());
        }
    }

    [Fact]
    public async Task A_reader_that_stands_still_holds_nobody_up_and_gets_what_was_kept_and_how_much_was_not()
    {
        var line = Encoding.UTF8.GetBytes(new string('x', 1023) + "\n");
        for (var i = 0; i < 1000; i++)
        {
            _output.Write(line);
        }

        Assert.False(_output.Written.IsCompleted);
        var reader = new StreamReader(_pipe);
        var kept = 0;
        string? text;
        for (text = await reader.ReadLineAsync(Ct); text!.StartsWith('x'); text = await reader.ReadLineAsync(Ct))
        {
            Assert.Equal(1023, text.Length);
            kept++;
        }

        // What a pipe holds, and what waits behind it.
        Assert.InRange(kept, 256, 400);
        Assert.Equal($"rxvm: {1000 - kept} lines of its own are missing here: nobody took them", text);
        await _output.Written.WaitAsync(Ct);
        _output.Write("again\n"u8);
        Assert.Equal("again", await reader.ReadLineAsync(Ct));
    }

    [Fact]
    public async Task A_pipe_without_a_reader_is_a_fault_and_no_wait()
    {
        _pipe.Dispose();

        _output.Write("x"u8);
        _output.Write("y"u8);

        await _output.Written.WaitAsync(Ct);
        Assert.Equal(32, _output.Fault);
    }
}
