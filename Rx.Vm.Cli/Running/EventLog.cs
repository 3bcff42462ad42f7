using System.Buffers;
using System.Text.Json;
using Rx.Vm.Cli.Native;
using Rx.Vm.Lifecycle;

namespace Rx.Vm.Cli.Running;

/// <summary>The file of <c>--events</c>: one JSON line a published state, flushed line by line, so that a reader may follow along.</summary>
internal sealed class EventLog : IObserver<VmState>, IDisposable
{
    private readonly FileStream _file;
    private readonly ArrayBufferWriter<byte> _line = new();

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _fault;

    private EventLog(FileStream file, string path)
    {
        _file = file;
        Path = path;
    }

    /// <summary>The file's path.</summary>
    public string Path { get; }

    /// <summary>When the machine was made: what its times count from.</summary>
    public DateTimeOffset Started { get; set; }

    /// <summary>Why the file lacks states, or null when it has them all; what comes behind the first that it lacks is not written.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>Completes when the last state was written, or could not be.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Creates or replaces the file. Where it is a pipe, waits for somebody to read it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="others">Files of the same run; each must be another than this one, under whatever name.</param>
    /// <exception cref="RxVmException">It can't be written; the path is named.</exception>
    public static EventLog Open(string path, IEnumerable<(string Name, string? Path)> others)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new IOException("is a directory");
            }

            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
            try
            {
                Empty(file, path, others);
                return new EventLog(file, path);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new RxVmException($"--events {path}: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public void OnNext(VmState state)
    {
        if (_fault is not null)
        {
            return;
        }

        try
        {
            _file.Write(Line(state));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // The last: how the base library puts a file that may not grow.
            Volatile.Write(ref _fault, e.Message);
        }
    }

    /// <inheritdoc/>
    public void OnError(Exception error) => _ended.TrySetResult();

    /// <inheritdoc/>
    public void OnCompleted() => _ended.TrySetResult();

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // Not before it is known to be nothing else of the run: two that write one file leave neither's, and a spec is not to be lost.
    private static void Empty(FileStream file, string path, IEnumerable<(string Name, string? Path)> others)
    {
        if (Posix.OrdinaryFile(path) is { } own)
        {
            foreach (var (name, other) in others)
            {
                if (other is not null && Posix.OrdinaryFile(other) == own)
                {
                    throw new IOException($"is the same file as {name}: the events need one of their own");
                }
            }
        }

        if (file.CanSeek && file.Length > 0)
        {
            file.SetLength(0);
        }
    }

    private ReadOnlySpan<byte> Line(VmState state)
    {
        _line.Clear();
        using (var json = new Utf8JsonWriter(_line))
        {
            json.WriteStartObject();
            json.WriteNumber("seq"u8, state.Sequence);
            json.WriteString("at"u8, Started + state.At);
            json.WriteString("vm"u8, state.VmId);
            json.WriteString("phase"u8, state.Phase.ToString());
            json.WriteString("reason"u8, state.Reason.ToString());
            if (state.Queued)
            {
                json.WriteBoolean("queued"u8, true);
            }

            if (state.Message is { } message)
            {
                json.WriteString("message"u8, message);
            }

            if (state.PodId is { } pod)
            {
                json.WriteString("pod"u8, pod);
            }

            if (state.Labels.Count > 0)
            {
                json.WriteStartObject("labels"u8);
                foreach (var (name, value) in state.Labels)
                {
                    json.WriteString(name, value);
                }

                json.WriteEndObject();
            }

            if (state.ExitCodes.Count > 0)
            {
                json.WriteStartArray("exitCodes"u8);
                foreach (var code in state.ExitCodes)
                {
                    json.WriteNumberValue(code);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        _line.Write("\n"u8);
        return _line.WrittenSpan;
    }
}
