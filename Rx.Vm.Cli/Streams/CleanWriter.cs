using System.Buffers;
using System.Text;
using Rx.Vm.Text;

namespace Rx.Vm.Cli.Streams;

/// <summary>
/// Every text of the program goes through one of these: UTF-8 without control or formatting characters, whoever wrote them, so that no name
/// of a file, guest or spec steers the terminal of its reader. Line breaks are the program's own and stay; text of others is made one line
/// by <see cref="Complaint.OneLine"/> before. On a terminal it can hold a status line, which stands aside for each line that is written.
/// </summary>
/// <remarks>
/// Whole lines are written under a lock, from any thread. Nothing is thrown: <see cref="Fault"/> tells what went wrong first. Results wait for
/// their reader for as long as it takes, as those of any program; lines that tell of what goes on hold nobody up.
/// </remarks>
internal sealed class CleanWriter : TextWriter
{
    private const int FlushAt = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly DescriptorOutput _output;
    private readonly bool _byLine;
    private readonly DetachedOutput? _detached;
    private readonly ArrayBufferWriter<byte> _pending = new();
    private string? _status;
    private char _high;

    /// <param name="output">Where to.</param>
    /// <param name="byLine">Whether each line goes out at once, without waiting for its reader, instead of when much has come together.</param>
    public CleanWriter(DescriptorOutput output, bool byLine)
    {
        _output = output;
        _byLine = byLine;
        _detached = byLine ? new DetachedOutput(output) : null;
        CoreNewLine = ['\n'];
    }

    /// <inheritdoc/>
    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>Where to.</summary>
    public DescriptorOutput Output => _output;

    /// <summary>The number of the first error, or 0; what comes behind it is lost.</summary>
    public int Fault { get; private set; }

    /// <summary>Completes when all that was written so far has been taken, or never will be.</summary>
    public Task Written => _detached?.Written ?? Task.CompletedTask;

    /// <summary>Whether the terminal is raw, so that a line break needs a carriage return.</summary>
    public bool IsRaw { get; set; }

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Write($"{value}\n");

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> text)
    {
        lock (_gate)
        {
            foreach (var c in text)
            {
                Take(c);
            }

            if (_pending.WrittenCount >= FlushAt || (_byLine && text.EndsWith('\n')))
            {
                Send();
            }
        }
    }

    /// <summary>Shows <paramref name="words"/> below everything written, or takes the status line off the terminal; for terminals only.</summary>
    public void SetStatus(string? words)
    {
        lock (_gate)
        {
            if (words is null && _status is null)
            {
                return;
            }

            _status = words;
            Draw();
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        lock (_gate)
        {
            Send();
        }
    }

    private ReadOnlySpan<byte> LineBreak => IsRaw && _output.IsTerminal ? "\r\n"u8 : "\n"u8;

    private void Take(char c)
    {
        if (c == '\n')
        {
            _pending.Write(LineBreak);
        }
        else if (char.IsHighSurrogate(c))
        {
            _high = c;
        }
        else
        {
            var isPair = Rune.TryCreate(_high, c, out var rune);
            Encode(isPair || Rune.TryCreate(c, out rune) ? CleanText.Of(rune) : "\uFFFD");
            _high = '\0';
        }
    }

    private void Encode(string text) => _pending.Advance(Encoding.UTF8.GetBytes(text, _pending.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));

    private void Send()
    {
        if (_status is not null)
        {
            Emit("\r\u001b[K"u8);
        }
        else if (_byLine && _output.IsTerminal && !DescriptorOutput.IsAtLeft && _pending.WrittenCount > 0)
        {
            // A container left the cursor behind what it wrote.
            Emit(LineBreak);
        }

        Emit(_pending.WrittenSpan);
        _pending.ResetWrittenCount();
        if (_status is not null)
        {
            Draw();
        }
    }

    private void Draw()
    {
        Emit(Encoding.UTF8.GetBytes($"\r{(_status is null ? "" : Complaint.OneLine(_status))}\u001b[K"));
        DescriptorOutput.IsAtLeft = _status is null;
    }

    private void Emit(ReadOnlySpan<byte> bytes)
    {
        if (_detached is not null)
        {
            _detached.Write(bytes);
            Fault = _detached.Fault;
        }
        else if (Fault == 0)
        {
            Fault = _output.Write(bytes);
        }
    }
}
